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
        AssertNothingLost(_pair.Host[who], Limits.Stop, before: () => Proof.LeftBridgeButFor(meter, 100));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void No_datagram_is_lost_though_the_store_stands_still(string who)
    {
        AssertNothingLost(_pair.Host[who], Limits.Transfer, before: () => _pair.Colony.Announcer.Process.Send(Signal.Stop));
    }

    /// <summary>iptables may wait for a lock, or for a processor, longer than anybody waits for an agent's end: what is in the rings must not wait for it.</summary>
    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void No_datagram_is_lost_though_the_firewall_is_slow_to_change(string who)
    {
        string programs = SlowPrograms(_pair.Host.Directory, out string slow);
        Guest guest = _pair.Host[who];
        _pair.Colony[guest].Stop();
        _pair.Colony.Restart(["env", $"PATH={programs}"], guest);
        _pair.Colony.Connect(_pair.A, _pair.B);
        AssertNothingLost(guest, Limits.Transfer, before: () => File.WriteAllText(slow, ""));
        Assert.DoesNotContain("-A", PacketFilterState.Read(guest), StringComparison.Ordinal);
    }

    [Fact]
    public void The_announcer_ends_when_asked()
    {
        _pair.Colony.Announcer.Process.Send(Signal.Terminate);
        Assert.Equal(0, _pair.Colony.Announcer.Process.WaitForExit(Limits.Stop));
    }

    /// <summary>A directory with an iptables that takes its time once <paramref name="slow"/> exists.</summary>
    private static string SlowPrograms(string scratch, out string slow)
    {
        string directory = Directory.CreateDirectory(Path.Combine(scratch, "slow")).FullName;
        slow = Path.Combine(directory, "now");
        foreach (string name in (string[])["iptables-nft-restore", "iptables-legacy-restore"])
        {
            string program = Path.Combine(directory, name);
            File.WriteAllText(program, $"#!/bin/sh\n[ -e {slow} ] && /bin/sleep 5\nexec /usr/sbin/{name} \"$@\"\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return directory;
    }

    /// <summary>Ends a guest's agent under a stream of datagrams, after <paramref name="before"/>.</summary>
    private void AssertNothingLost(Guest guest, TimeSpan limit, Action before)
    {
        using var stream = new UdpStream(_pair.A, _pair.B, Ports.Next(), length: 1000, rate: 5000);
        stream.WaitForMore(2000, Limits.Transfer);
        before();
        BackgroundProcess agent = _pair.Colony[guest].Process;
        agent.Send(Signal.Terminate);
        Assert.Equal(0, agent.WaitForExit(limit));
        stream.WaitForMore(2000, Limits.Transfer);
        UdpReport report = stream.Complete();
        Assert.Equal((0L, 0L, 0L), (report.Lost, report.Repeated, report.Damaged));
    }
}
