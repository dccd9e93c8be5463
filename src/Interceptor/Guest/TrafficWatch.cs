using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Watches how much the channels carry: those that carry nothing are closed, so that their pages and grants are free for others;
/// those that carry much are reported, so that they may get more.
/// </summary>
internal sealed class TrafficWatch
{
    /// <summary>How long a channel may be idle after another one found no pages left.</summary>
    public static readonly TimeSpan ShortageLimit = TimeSpan.FromSeconds(10);

    /// <summary>Time between two checks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Times that a busy channel fills its ring between two checks: it is then full, or nearly, at each turn of the consumer.</summary>
    private const ulong BusyRings = 64;

    private readonly TimeSpan _limit;
    private readonly PeerPorts _ports;
    private readonly DiscoveryAgent _discovery;
    private readonly TimeProvider _clock;
    private readonly Dictionary<DomainId, (ulong Packets, ulong Bytes, long Since)> _seen = [];

    /// <summary>Makes a watch with the time that a channel may be idle; zero: forever.</summary>
    public TrafficWatch(TimeSpan limit, PeerPorts ports, DiscoveryAgent discovery, TimeProvider clock)
    {
        _limit = limit;
        _ports = ports;
        _discovery = discovery;
        _clock = clock;
    }

    /// <summary>How long a channel may be idle at present; zero: forever.</summary>
    private TimeSpan Limit => _discovery.ShortOfPages && (_limit > ShortageLimit || _limit == TimeSpan.Zero) ? ShortageLimit : _limit;

    /// <summary>Watches until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, _clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            foreach ((DomainId domain, PeerPort port) in _ports.Current)
            {
                Look(domain, port);
            }
        }
    }

    private void Look(DomainId domain, PeerPort port)
    {
        ulong packets = port.Counters.Packets;
        ulong bytes = port.Counters.Bytes;
        long now = _clock.GetTimestamp();
        bool known = _seen.TryGetValue(domain, out (ulong Packets, ulong Bytes, long Since) before);
        if (!known || port.Channel is not { } channel)
        {
            _seen[domain] = (packets, bytes, now);
        }
        else if (packets != before.Packets)
        {
            _seen[domain] = (packets, bytes, now);
            if ((bytes - before.Bytes) / BusyRings > (ulong)channel.Outbound.Capacity)
            {
                _discovery.ReportBusy(domain);
            }
        }
        else if (Limit > TimeSpan.Zero && _clock.GetElapsedTime(before.Since, now) >= Limit)
        {
            _seen[domain] = (packets, bytes, now);
            _discovery.RequestClose(domain);
        }
    }
}
