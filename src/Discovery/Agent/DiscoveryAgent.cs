using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// A guest's side of discovery: advertises the guest, keeps the table of co-resident peers, and opens and closes channels.
/// One loop owns all state; <see cref="IChannelUser"/> is called from it alone.
/// </summary>
public sealed class DiscoveryAgent : IAsyncDisposable
{
    private readonly TimeProvider _clock;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="connector">Opens the store, and reopens it.</param>
    /// <param name="platform">Makes the platform once our domain number is known, and anew if it changes; the agent disposes it.</param>
    /// <param name="identity">Who we are.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="user">The forwarding engine.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">For people.</param>
    public DiscoveryAgent(
        IStoreConnector connector,
        Func<DomainId, IChannelPlatform> platform,
        GuestIdentity identity,
        AgentOptions options,
        IChannelUser user,
        TimeProvider clock,
        ILogger log) => _clock = clock;

    /// <summary>Our domain number.</summary>
    /// <exception cref="InvalidOperationException">Not known yet: wait for <see cref="Introduced"/>.</exception>
    public DomainId Self => throw new NotSupportedException();

    /// <summary>Completes with our domain number when the store has first told it.</summary>
    public Task<DomainId> Introduced => throw new NotSupportedException();

    /// <summary>What is known of the announcer. Any thread.</summary>
    public AnnouncerStatus Announcer => throw new NotSupportedException();

    /// <summary>Works until <paramref name="stop"/>; then closes all channels in an orderly way, withdraws the advert, and returns within <see cref="AgentOptions.ShutdownTimeout"/> and a little.</summary>
    public Task RunAsync(CancellationToken stop) => throw new NotSupportedException(_clock.ToString());

    /// <summary>
    /// A packet for this peer found no channel. Any thread; may be called for every such packet: it costs one memory read
    /// unless this is the first since an attempt became possible, and never allocates.
    /// </summary>
    public void RequestChannel(DomainId peer) => throw new NotSupportedException();

    /// <summary>The channel has been idle for long enough. Any thread.</summary>
    public void RequestClose(DomainId peer) => throw new NotSupportedException();

    /// <summary>The data path gave the channel up. Any thread.</summary>
    public void ReportFailure(DomainId peer, ChannelFailure failure) => throw new NotSupportedException();

    /// <summary>All peers, by domain number, as of the loop's last turn. Any thread.</summary>
    public ImmutableArray<PeerStatus> Status() => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
