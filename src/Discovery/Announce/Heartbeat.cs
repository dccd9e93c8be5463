using System.Globalization;

namespace XenLoop.Discovery;

/// <summary>The announcer's sign of life to one guest.</summary>
/// <param name="Sequence">Grows with each heartbeat.</param>
/// <param name="Instance">The guest's instance that the announcer knows: a guest that has just started can tell a fresh heartbeat from a stale one.</param>
/// <param name="Interval">Time until the next heartbeat.</param>
public sealed record Heartbeat(ulong Sequence, ulong Instance, TimeSpan Interval)
{
    private const uint ShortestMilliseconds = 10;
    private const uint LongestMilliseconds = 3_600_000;

    /// <summary>The heartbeat as the value of a node.</summary>
    public byte[] ToBytes() => new NodeText()
        .AddHex("seq", Sequence)
        .AddHex("instance", Instance)
        .Add("interval", ((uint)Interval.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))
        .ToBytes();

    /// <summary>Reads a node; null if it is malformed or its interval beyond reason.</summary>
    public static Heartbeat? Parse(ReadOnlySpan<byte> value) =>
        NodeText.TryParse(value, out NodeText text)
        && text.TryGetHex("seq", out ulong sequence)
        && text.TryGetHex("instance", out ulong instance)
        && text.TryGetNumber("interval", out uint interval)
        && interval is >= ShortestMilliseconds and <= LongestMilliseconds
            ? new Heartbeat(sequence, instance, TimeSpan.FromMilliseconds(interval))
            : null;
}
