using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>Closes channels that carry nothing, so that their pages and grants are free for others.</summary>
internal sealed class IdleWatch
{
    private const int LooksPerPeriod = 4;

    private readonly TimeSpan _limit;
    private readonly PeerPorts _ports;
    private readonly DiscoveryAgent _discovery;
    private readonly TimeProvider _clock;

    /// <summary>With the time that a channel may be idle; zero: for ever.</summary>
    public IdleWatch(TimeSpan limit, PeerPorts ports, DiscoveryAgent discovery, TimeProvider clock)
    {
        _limit = limit;
        _ports = ports;
        _discovery = discovery;
        _clock = clock;
    }

    /// <summary>Watches until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (_limit <= TimeSpan.Zero)
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
        }

        Dictionary<DomainId, (ulong Packets, int Looks)> seen = [];
        using var timer = new PeriodicTimer(_limit / LooksPerPeriod, _clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            foreach ((DomainId domain, PeerPort port) in _ports.Current)
            {
                ulong packets = port.Counters.SentPackets + port.Counters.ReceivedPackets;
                (ulong before, int looks) = seen.GetValueOrDefault(domain);
                looks = port.Channel is not null && packets == before ? looks + 1 : 0;
                seen[domain] = (packets, looks);
                if (looks == LooksPerPeriod)
                {
                    _discovery.RequestClose(domain);
                }
            }
        }
    }
}
