using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Hostile;

/// <summary>Takes each channel with the victim as soon as the handshake has made it, and attacks it until it is taken away.</summary>
internal sealed class Invader(Orders orders) : IChannelUser, IDisposable
{
    private CancellationTokenSource _stop = new();
    private Task _assault = Task.CompletedTask;

    /// <inheritdoc/>
    public void OnDomainsChanged(DomainTable domains)
    {
    }

    /// <inheritdoc/>
    public void OnConnected(PeerDomain peer, Channel channel, ChannelFeatures peerFeatures)
    {
        if (peer.Id != orders.Victim)
        {
            return;
        }

        Console.WriteLine("connected");
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _assault = Task.Factory.StartNew(() => new Assault(channel, orders, new Random(orders.Seed)).Run(_stop.Token), _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    public async Task ReleaseAsync(DomainId peer, bool orderly)
    {
        await _stop.CancelAsync();
        await _assault;
        Console.WriteLine("released");
    }
}
