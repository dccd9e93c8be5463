using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>A peer's agent that does not empty its ring.</summary>
public sealed class BackPressureTests : IDisposable
{
    /// <summary>Below the limit of a hold, and below TCP's shortest retransmission timeout of 200 ms.</summary>
    private static readonly TimeSpan ShortStop = TimeSpan.FromMilliseconds(40);

    private readonly ConnectedPair _pair = new();

    private XenLoopProcess AgentB => _pair.Colony[_pair.B];

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_full_ring_holds_senders_back_without_loss()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);
        int before = stream.Retransmits;
        for (int i = 0; i < 10; i++)
        {
            AgentB.Process.Send(Signal.Stop);

            // The time is the input of this test, not a wait for something to happen.
            Thread.Sleep(ShortStop);
            AgentB.Process.Send(Signal.Continue);
            stream.WaitForMore(16 * Limits.MiB, Limits.Transfer);
        }

        Assert.Equal(before, stream.Retransmits);
        SentStatus sent = _pair.Colony[_pair.A].Status().Peer(_pair.B).Sent;
        Assert.True(sent.Holds > 0, "The ring never filled: this test proved nothing.");
        stream.Complete(Limits.Transfer);
    }

    [Fact]
    public void A_peer_that_stays_stopped_is_left_and_found_again()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);

        AgentB.Process.Send(Signal.Stop);
        var meter = new BridgeMeter(_pair.A);
        stream.WaitForMore(256 * Limits.MiB, Limits.Transfer);
        Proof.StayedOnBridge(meter, 128 * Limits.MiB);

        AgentB.Process.Send(Signal.Continue);
        _pair.WaitForFastPath(stream);
        stream.Complete(Limits.Transfer);
    }
}
