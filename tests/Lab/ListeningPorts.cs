using System.Globalization;

namespace XenLoop.Lab;

/// <summary>The ports on which somebody listens in a guest, read from <c>/proc/net</c> so that no packet is sent to find out.</summary>
public static class ListeningPorts
{
    /// <summary><c>TCP_LISTEN</c> and <c>TCP_CLOSE</c> (<c>net/tcp_states.h</c>); an unconnected UDP socket is shown as the latter.</summary>
    private const string Listen = "0A";
    private const string Close = "07";

    /// <summary>Those of <paramref name="guest"/>, TCP and UDP together.</summary>
    public static IReadOnlySet<int> Read(Guest guest) => guest.Namespace.Enter<IReadOnlySet<int>>(() => new HashSet<int>(
        Ports("tcp", Listen).Concat(Ports("tcp6", Listen)).Concat(Ports("udp", Close)).Concat(Ports("udp6", Close))));

    /// <remarks>Columns: number, local address:port in hexadecimal, remote one, state.</remarks>
    private static IEnumerable<int> Ports(string protocol, string state)
    {
        string path = $"/proc/thread-self/net/{protocol}";
        return (File.Exists(path) ? File.ReadAllLines(path) : [])
            .Skip(1)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w[3] == state)
            .Select(w => int.Parse(w[1].AsSpan(w[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
