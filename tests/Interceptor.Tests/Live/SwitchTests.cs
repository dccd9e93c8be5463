using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>How long packets wait when their path changes, on a port that no data path serves.</summary>
[Collection(NamespaceTests.Name)]
public sealed class SwitchTests : IDisposable
{
    private const int Limit = 200;
    private const int Period = 1000;
    private const long Start = 1_000_000;
    private const long Settled = Start + HoldPolicy.SettleMilliseconds;

    private readonly ForwardingPair _pair = new();
    private readonly HoldPolicy _hold = new(Limit, (_, violation) => Assert.Fail($"{violation}"), (_, rest) => Assert.Fail($"{rest} ms"));
    private readonly PeerPort _port;
    private readonly Channel _peer;

    public SwitchTests()
    {
        _peer = _pair.Open(ringBytes: 16 * 1024);
        _port = new PeerPort(_pair.A.PeerId, _pair.A.Port.Queue);
        _port.Attach(_pair.ChannelA!, peerTakesOffload: true, new PeerPatience(Period));
    }

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Packets_wait_from_the_moment_on_that_a_channel_is_put_to_use() => Assert.NotEqual(0, _port.Switch.Deadline);

    [Fact]
    public void The_last_packets_on_the_standard_path_get_a_moment()
    {
        HoldPolicy.BeginOpening(_port, Start);
        Assert.True(HoldPolicy.DelaysSwitch(_port, Settled - 1));
        Assert.False(HoldPolicy.DelaysSwitch(_port, Settled));
        Assert.False(HoldPolicy.DelaysSwitch(_port));
    }

    [Fact]
    public void The_last_packets_on_the_fast_path_get_a_moment_after_the_peer_has_taken_them()
    {
        Publish();
        BeginClosing();
        Assert.True(HoldPolicy.DelaysSwitch(_port, Start + 100));
        Take();
        Assert.True(HoldPolicy.DelaysSwitch(_port, Start + 101));
        Assert.True(HoldPolicy.DelaysSwitch(_port, Settled + 100));
        Assert.False(HoldPolicy.DelaysSwitch(_port, Settled + 101));
    }

    [Fact]
    public void A_peer_that_takes_nothing_is_not_waited_for()
    {
        Publish();
        BeginClosing();
        Assert.True(HoldPolicy.DelaysSwitch(_port, Start + Limit - 1));
        Assert.False(HoldPolicy.DelaysSwitch(_port, Start + Limit));
    }

    /// <summary>Else a peer could close and open channels for the sake of that wait.</summary>
    [Fact]
    public void What_is_waited_for_a_closing_peer_is_charged_and_ends_with_the_patience()
    {
        Publish();
        for (int closings = 0; closings < Period / Limit; closings++)
        {
            BeginClosing();
            Assert.True(HoldPolicy.DelaysSwitch(_port, Start + Limit - 1));
            Assert.False(HoldPolicy.DelaysSwitch(_port, Start + (2 * Limit)));
        }

        Assert.Equal(0, _port.Patience!.Left);
        BeginClosing();
        Assert.False(HoldPolicy.DelaysSwitch(_port, Start));
    }

    /// <summary>An index behind the last one looks like four thousand million bytes taken.</summary>
    [Fact]
    public unsafe void An_impossible_index_buys_no_patience_and_ends_the_wait()
    {
        Publish();
        BeginClosing();
        uint* consumed = (uint*)(_peer.Link.Descriptor + ChannelDescriptor.ListenerToConnectorOffset + ChannelDescriptor.ConsumedOffset);
        Volatile.Write(ref *consumed, *consumed - 8);
        Assert.True(HoldPolicy.DelaysSwitch(_port, Start + Limit - 1));
        Assert.False(HoldPolicy.DelaysSwitch(_port, Start + Limit - 1));
        Assert.Equal(Period - (Limit - 1), _port.Patience!.Left);
    }

    [Fact]
    public void A_peer_that_leaves_in_the_midst_is_charged_for_what_was_waited()
    {
        Publish();
        BeginClosing();
        _peer.Dispose();
        Assert.False(HoldPolicy.DelaysSwitch(_port, Start + 150));
        Assert.Equal(Period - 150, _port.Patience!.Left);
    }

    [Fact]
    public void Nor_is_one_that_has_left()
    {
        BeginClosing();
        Assert.True(HoldPolicy.DelaysSwitch(_port, Start));
        _peer.Dispose();
        Assert.False(HoldPolicy.DelaysSwitch(_port, Start));
    }

    private void BeginClosing()
    {
        _port.State = PortState.Closing;
        _hold.BeginClosing(_port, Start);
    }

    private unsafe void Publish()
    {
        Assert.True(_port.Channel!.Outbound.TryReserve(100, out _));
        _port.Channel.Outbound.Commit(100, 0);
        _port.Channel.Outbound.Publish();
    }

    private unsafe void Take()
    {
        Assert.Equal(RingStatus.Ready, _peer.Inbound.TryRead(out _, out int length, out _));
        Assert.Equal(100, length);
        _peer.Inbound.Advance();
        _peer.Inbound.Release();
    }
}
