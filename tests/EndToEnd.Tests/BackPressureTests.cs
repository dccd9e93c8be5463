using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>A peer's agent that does not empty its ring.</summary>
public sealed class BackPressureTests : IDisposable
{
    /// <summary>Below the limit of a hold, and below TCP's shortest retransmission timeout of 200 ms.</summary>
    private static readonly TimeSpan ShortStop = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongStop = TimeSpan.FromSeconds(3);
    private readonly ConnectedPair _pair = new();

    private XenLoopProcess AgentB => _pair.Colony[_pair.B];

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_full_ring_holds_senders_back_without_loss()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);
        var losses = new TcpLossMeter(_pair.Host.Guests);
        for (int i = 0; i < 10; i++)
        {
            AgentB.Process.Send(Signal.Stop);

            // The time is the input of this test, not a wait for something to happen.
            Thread.Sleep(ShortStop);
            AgentB.Process.Send(Signal.Continue);
            stream.WaitForMore(16 * Limits.MiB, Limits.Transfer);
        }

        Assert.Equal(0, losses.Lost);
        SentStatus sent = _pair.Colony[_pair.A].Status().Peer(_pair.B).Sent;
        Assert.True(sent.Holds > 0, "The ring never filled: this test proved nothing.");
        stream.Complete(Limits.Transfer);
    }

    /// <remarks>
    /// One direction only: what the peer's own guest sends lies in the kernel's queue of its stopped agent, and no other
    /// process can take it out.
    /// </remarks>
    [Fact]
    public void Traffic_to_a_peer_that_stays_stopped_takes_the_standard_path()
    {
        using var stream = new UdpStream(_pair.A, _pair.B, Ports.Next(), length: 1400, rate: 5000);
        stream.WaitForMore(5000, Limits.Transfer);
        AgentB.Process.Send(Signal.Stop);
        var meter = new BridgeMeter(_pair.A);
        Wait.Until(() => meter.Packets > 500, Limits.Return, "the sender to turn to the standard path");
        stream.WaitForMore(5000, Limits.Transfer);
        AgentB.Process.Send(Signal.Continue);
    }

    [Fact]
    public void A_peer_that_was_stopped_for_long_is_found_again()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);
        AgentB.Process.Send(Signal.Stop);

        // The time is the input of this test: many times the limit of a hold.
        Thread.Sleep(LongStop);
        AgentB.Process.Send(Signal.Continue);
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);
        stream.Complete(Limits.Transfer);
    }
}
