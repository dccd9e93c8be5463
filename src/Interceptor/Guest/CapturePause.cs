using System.Collections.Immutable;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Spares packets the way through this process as long as we open no channel for them: a peer that gave trouble, or for which no pages are left,
/// is left alone for up to ten minutes, and the detour costs more than the standard path itself.
/// </summary>
internal sealed class CapturePause
{
    /// <summary>Time between two checks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Shortest pause: what is over sooner is not worth it.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly PeerPorts _ports;
    private readonly Func<ImmutableArray<PeerStatus>> _peers;
    private readonly TimeProvider _clock;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    public CapturePause(PeerPorts ports, Func<ImmutableArray<PeerStatus>> peers, TimeProvider clock)
    {
        _ports = ports;
        _peers = peers;
        _clock = clock;
    }

    /// <summary>Works until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, _clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Look();
        }
    }

    /// <summary>Checks all peers. A channel that is opened meanwhile, by the peer, ends the pause by itself (<see cref="PeerPorts.OnConnected"/>).</summary>
    public void Look()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        ImmutableSortedDictionary<DomainId, PeerPort> ports = _ports.Current;
        foreach (PeerStatus peer in _peers())
        {
            if (ports.TryGetValue(peer.Peer.Id, out PeerPort? port))
            {
                _ports.SetPaused(port, peer.State == NegotiationState.Idle && peer.BackOffUntil - now >= Shortest);
            }
        }
    }
}
