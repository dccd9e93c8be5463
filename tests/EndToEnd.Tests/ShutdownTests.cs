using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>An agent that is asked to end gives everything that it still holds to the standard path.</summary>
public sealed class ShutdownTests : IDisposable
{
    private readonly ConnectedPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData("a", Signal.Terminate)]
    [InlineData("b", Signal.Terminate)]
    [InlineData("a", Signal.Interrupt)]
    public void A_tcp_stream_goes_on(string who, Signal signal)
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);

        BackgroundProcess agent = _pair.Colony[_pair.Host[who]].Process;
        agent.Send(signal);
        Assert.Equal(0, agent.WaitForExit(Limits.Stop));
        var meter = new BridgeMeter(_pair.A, _pair.B);
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        Proof.StayedOnBridge(meter, 32 * Limits.MiB);
        stream.Complete(Limits.Transfer);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void No_datagram_is_lost(string who)
    {
        var meter = new BridgeMeter(_pair.A);
        using var stream = new UdpStream(_pair.A, _pair.B, Ports.Next(), length: 1000, rate: 5000);
        stream.WaitForMore(2000, Limits.Transfer);
        Proof.LeftBridgeButFor(meter, 100);
        BackgroundProcess agent = _pair.Colony[_pair.Host[who]].Process;
        agent.Send(Signal.Terminate);
        Assert.Equal(0, agent.WaitForExit(Limits.Stop));
        stream.WaitForMore(2000, Limits.Transfer);
        UdpReport report = stream.Complete();
        Assert.Equal((0L, 0L, 0L), (report.Lost, report.Repeated, report.Damaged));
    }

    [Fact]
    public void The_announcer_ends_when_asked()
    {
        _pair.Colony.Announcer.Process.Send(Signal.Terminate);
        Assert.Equal(0, _pair.Colony.Announcer.Process.WaitForExit(Limits.Stop));
    }
}
