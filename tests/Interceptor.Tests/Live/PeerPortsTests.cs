using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Tap;
using XenLoop.Lab;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class PeerPortsTests : IDisposable
{
    private const ushort QueueBase = 7000;

    private static readonly PeerDomain Peer = new(new DomainId(7), "web", [new MacAddress(0x00163E000007)], [], 1);
    private static readonly DomainTable Alone = new(1, ImmutableSortedDictionary<DomainId, PeerDomain>.Empty, []);
    private static readonly DomainTable WithPeer = new(2, ImmutableSortedDictionary<DomainId, PeerDomain>.Empty.Add(Peer.Id, Peer), []);
    private static readonly CapturedPrefix Captured = new(InternetPrefix.Single(InternetAddress.FromIPv4(0x0A000007)), Peer.Id, QueueBase + 7);

    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a");
    private readonly RecordingListener _listener = new();
    private readonly TapDevice _tap;
    private readonly Forwarder _forwarder;
    private readonly PeerPorts _ports;
    private int _changes;

    public PeerPortsTests()
    {
        _tap = In(() => TapDevice.Create("xl%d"));
        _forwarder = new Forwarder(_tap, _listener, ForwarderThreads.One);
        _forwarder.Start();

        // With rules of the user's own no other number will do.
        var options = new GuestOptions { Directory = _host.Directory, Name = "a", QueueBase = QueueBase, ManageRules = false };
        _ports = new PeerPorts(_forwarder, options, offload: true, _listener, () => _changes++, NullLogger.Instance);
    }

    public void Dispose()
    {
        _forwarder.Dispose();
        _tap.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_channel_without_a_port_is_given_up_and_the_port_is_found_later()
    {
        QueueSocket taken = In(() => QueueSocket.Bind(new QueueOptions(QueueBase + 7, Segmentation: false)));
        try
        {
            In(() => _ports.OnDomainsChanged(WithPeer));
            Assert.Empty(_ports.Current);

            // Nothing of the channel is touched.
            _ports.OnConnected(Peer, channel: null!, ChannelFeatures.None);
            Assert.Equal(ChannelFailure.Unusable, Assert.Single(_listener.Failures));

            In(_ports.Retry);
            Assert.Empty(_ports.Current);
            Assert.Equal(1, _changes);
        }
        finally
        {
            taken.Dispose();
        }

        In(_ports.Retry);
        Assert.Equal(QueueBase + 7, _ports.Current[Peer.Id].Queue.Number);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void A_port_outlives_the_rules_that_name_its_queue()
    {
        In(() => _ports.OnDomainsChanged(WithPeer));
        In(() => _ports.OnDomainsChanged(Alone));
        _ports.RemoveDeparted([Captured]);
        Assert.Single(_ports.Current);
        _ports.RemoveDeparted([]);
        Assert.Empty(_ports.Current);
    }

    [Fact]
    public void A_port_whose_queue_cannot_be_watched_is_told_of()
    {
        QueueSocket queue = In(() => QueueSocket.Bind(new QueueOptions(QueueBase + 9, Segmentation: false)));
        queue.Dispose();
        var port = new PeerPort(new DomainId(9), queue);
        using var told = new ManualResetEventSlim();
        _forwarder.Add(port, lost =>
        {
            Assert.Same(port, lost);
            told.Set();
        });
        Assert.True(told.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    /// <summary>The rules stay; packets pass the queue by, instead of being sent on by this process.</summary>
    [Theory]
    [InlineData(NegotiationState.Idle, 60.0, true)]
    [InlineData(NegotiationState.Idle, 1.0, false)]
    [InlineData(NegotiationState.Idle, -5.0, false)]
    [InlineData(NegotiationState.Idle, null, false)]
    [InlineData(NegotiationState.Connected, 60.0, false)]
    public void A_peer_that_is_left_alone_for_long_is_not_captured(NegotiationState state, double? seconds, bool paused)
    {
        In(() => _ports.OnDomainsChanged(WithPeer));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        PeerStatus status = new(Peer, state, now, ChannelRole.Listener, 3, seconds is { } left ? now.AddSeconds(left) : null, 0, "", Announced: true);
        var pause = new CapturePause(_ports, () => [status], TimeProvider.System);
        pause.Look();
        Assert.Equal(paused, _ports.Current[Peer.Id].Paused);
        status = status with { BackOffUntil = null };
        pause.Look();
        Assert.False(_ports.Current[Peer.Id].Paused);
    }

    [Fact]
    public async Task A_channel_ends_that_pause()
    {
        using var pair = new ForwardingPair();
        pair.Open(ringBytes: 16 * 1024);
        In(() => _ports.OnDomainsChanged(WithPeer));
        PeerPort port = _ports.Current[Peer.Id];
        _ports.SetPaused(port, paused: true);
        _ports.OnConnected(Peer, pair.ChannelA!, ChannelFeatures.None);
        Assert.False(port.Paused);
        await _ports.ReleaseAsync(Peer.Id, orderly: false);
    }

    [Fact]
    public void A_second_agent_in_the_same_guest_is_turned_away_and_one_in_another_is_not()
    {
        using var other = new VirtualHost(NetworkMode.Bridged, "b");
        using QueueSocket first = In(() => QueueGuard.Take(QueueBase));
        GuestSetupException error = Assert.Throws<GuestSetupException>(() => In(() => QueueGuard.Take(QueueBase)));
        Assert.Contains("already running", error.Message, StringComparison.Ordinal);
        using QueueSocket elsewhere = other["b"].Namespace.Enter(() => QueueGuard.Take(QueueBase));
        Assert.Equal(first.Number, elsewhere.Number);
    }

    private T In<T>(Func<T> work) => _host["a"].Namespace.Enter(work);

    private void In(Action work) => In(() =>
    {
        work();
        return 0;
    });
}
