using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>kill -9 in the middle of a stream: nothing that used the network may notice more than a pause.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly ConnectedPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void A_tcp_connection_survives_the_death_of_either_agent(string victim)
    {
        Guest guest = _pair.Host[victim];
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.WaitForFastPath(stream);

        _pair.Colony[guest].Process.Send(Signal.Kill);
        _pair.Colony[guest].Process.WaitForExit(Limits.Stop);
        var meter = new BridgeMeter(_pair.A, _pair.B);
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        Proof.StayedOnBridge(meter, 32 * Limits.MiB);

        _pair.Colony.Restart(guest);
        _pair.Colony.Connect(_pair.A, _pair.B);
        _pair.WaitForFastPath(stream);
        stream.Complete(Limits.Transfer);
    }

    [Fact]
    public void A_tcp_connection_survives_the_death_of_both_agents()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        foreach (Guest guest in _pair.Host.Guests)
        {
            _pair.Colony[guest].Process.Send(Signal.Kill);
        }

        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        foreach (Guest guest in _pair.Host.Guests)
        {
            _pair.Colony.Restart(guest);
        }

        _pair.Colony.Connect(_pair.A, _pair.B);
        _pair.WaitForFastPath(stream);
        stream.Complete(Limits.Transfer);
    }

    [Fact]
    public void The_channel_outlives_the_announcer_and_a_new_one_takes_over()
    {
        using var stream = new TcpStream(_pair.A, _pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        _pair.Colony.Announcer.Process.Send(Signal.Kill);
        _pair.Colony.Announcer.Process.WaitForExit(Limits.Stop);
        stream.WaitForMore(256 * Limits.MiB, Limits.Transfer);

        _pair.Colony.RestartAnnouncer();
        _pair.Colony.Connect(_pair.A, _pair.B);
        _pair.WaitForFastPath(stream);
        Wait.Until(
            () => _pair.Colony[_pair.A].Status().Announcer.Alive && _pair.Colony[_pair.B].Status().Announcer.Alive,
            Limits.Return,
            "both agents to see the new announcer");
        stream.Complete(Limits.Transfer);
    }
}
