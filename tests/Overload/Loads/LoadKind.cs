using XenLoop.Lab;

namespace XenLoop.Overload;

/// <summary>A kind of overload.</summary>
/// <param name="Name">In the tables.</param>
/// <param name="Unit">What <see cref="ILoad.Done"/> counts, a second.</param>
/// <param name="PerUnit">How much of it makes one of the unit.</param>
/// <param name="Start">Begins.</param>
internal sealed record LoadKind(string Name, string Unit, double PerUnit, Func<Guest, Guest, int, ILoad> Start)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LoadKind> All { get; } =
    [
        new("flood-udp", "thousand datagrams of 64 bytes arrived", 1e3, (from, to, port) => new SmallDatagrams(from, to, port)),
        new("flood-syn", "thousand SYNs sent", 1e3, (from, to, port) => new SynFlood(from, to, port)),
        new("flood-segments", "thousand segments of 64 bytes taken", 1e3, (from, to, port) => new SmallSegments(from, to, port)),
        new("bulk", "Gbit/s taken, one TCP stream", 1e9 / 8, (from, to, port) => new BulkStream(from, to, port)),
    ];
}
