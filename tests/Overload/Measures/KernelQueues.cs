using System.Globalization;

namespace XenLoop.Overload;

/// <summary>What one agent's queues hold in the kernel.</summary>
/// <param name="Packets">Without a verdict, in all queues.</param>
/// <param name="LongestQueue">The same in the queue that has most.</param>
/// <param name="LargestBuffer">Bytes, counted with the kernel's overhead, that wait in the receive buffer of the queue socket that has most.</param>
internal readonly record struct KernelQueues(int Packets, int LongestQueue, long LargestBuffer)
{
    private const string NetfilterProtocol = "12";

    /// <summary>Looks into the network namespace of a process; nothing, if it has ended.</summary>
    public static KernelQueues Read(int process)
    {
        try
        {
            // net/netfilter/nfnetlink_queue.c, seq_show: number, port, waiting, ...; net/netlink/af_netlink.c, netlink_native_seq_show: sk, protocol, port, groups, rmem, ...
            int[] waiting = [.. Rows(process, "netfilter/nfnetlink_queue").Select(f => int.Parse(f[2], CultureInfo.InvariantCulture))];
            long[] buffers = [.. Rows(process, "netlink").Where(f => f[1] == NetfilterProtocol).Select(f => long.Parse(f[4], CultureInfo.InvariantCulture))];
            return new KernelQueues(waiting.Sum(), waiting.DefaultIfEmpty().Max(), buffers.DefaultIfEmpty().Max());
        }
        catch (IOException)
        {
            return default;
        }
    }

    private static IEnumerable<string[]> Rows(int process, string file) =>
        File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/net/{file}")).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
