using System.Globalization;

namespace XenLoop.Lab;

/// <summary>One line of <c>/proc/net/dev</c>.</summary>
/// <param name="ReceivedBytes">Bytes in, link headers included.</param>
/// <param name="ReceivedPackets">Packets in; a GSO packet of up to 64 KB counts as one.</param>
/// <param name="SentBytes">Bytes out.</param>
/// <param name="SentPackets">Packets out.</param>
public readonly record struct InterfaceCounters(long ReceivedBytes, long ReceivedPackets, long SentBytes, long SentPackets)
{
    /// <summary>The counters of <paramref name="device"/> in a namespace.</summary>
    /// <exception cref="LabException">There is no such device.</exception>
    public static InterfaceCounters Read(NetworkNamespace networkNamespace, string device)
    {
        foreach (string line in networkNamespace.Enter(() => File.ReadAllLines("/proc/thread-self/net/dev")))
        {
            string[] parts = line.Split(':');
            if (parts.Length == 2 && parts[0].Trim() == device)
            {
                // linux/net/core/net-procfs.c: eight columns in, then eight out; bytes and packets lead each.
                long[] values = [.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => long.Parse(v, CultureInfo.InvariantCulture))];
                return new InterfaceCounters(values[0], values[1], values[8], values[9]);
            }
        }

        throw new LabException($"{networkNamespace.Name} has no device {device}.");
    }
}
