namespace XenLoop.Lab;

/// <summary>
/// Measures what guests sent through Dom0 since the meter was made. Each packet counts once, where it enters Dom0:
/// this is the proof that traffic left the bridge, or stayed on it.
/// </summary>
public sealed class BridgeMeter
{
    private readonly (Guest Guest, InterfaceCounters Before)[] _starts;

    /// <summary>Starts to measure <paramref name="guests"/>.</summary>
    public BridgeMeter(params IEnumerable<Guest> guests) => _starts = [.. guests.Select(g => (g, g.VifCounters))];

    /// <summary>Bytes so far, Ethernet headers included.</summary>
    public long Bytes => _starts.Sum(s => s.Guest.VifCounters.ReceivedBytes - s.Before.ReceivedBytes);

    /// <summary>Packets so far; a GSO packet counts as one.</summary>
    public long Packets => _starts.Sum(s => s.Guest.VifCounters.ReceivedPackets - s.Before.ReceivedPackets);
}
