using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What people do to a running agent's surroundings.</summary>
public sealed class TroubleTests : IDisposable
{
    private readonly ConnectedPair _pair = new();

    private XenLoopProcess Agent => _pair.Colony[_pair.A];

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_second_agent_ends_before_it_touches_anything()
    {
        string before = PacketFilterState.Read(_pair.A);
        CommandResult second = _pair.A.Run(XenLoopBinary.Path, "run", "--directory", _pair.Host.Directory, "--name", "second", "--interface", Guest.Interface, "--domain-id", "9");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("already running", second.Error, StringComparison.Ordinal);
        Assert.Equal(before, PacketFilterState.Read(_pair.A));
        Assert.True(Agent.IsConnectedTo(_pair.B));
    }

    [Fact]
    public void An_agent_that_lost_its_tap_says_so_and_ends_without_leftovers()
    {
        _pair.A.Run("ip", "link", "delete", Agent.Status().Tap).Checked();
        Assert.Equal(1, Agent.Process.WaitForExit(Limits.Return));
        Assert.Contains("was removed", Agent.Process.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("-A", PacketFilterState.Read(_pair.A), StringComparison.Ordinal);
        _pair.A.Run("ping", "-c", "1", "-W", "5", _pair.B.Address.ToString()).Checked();
    }

    [Fact]
    public void A_tap_that_somebody_switched_off_carries_packets_again()
    {
        _pair.B.Run("ip", "link", "set", _pair.Colony[_pair.B].Status().Tap, "down").Checked();
        Wait.Until(
            () => _pair.A.Run("ping", "-c", "1", "-W", "1", _pair.B.Address.ToString()).ExitCode == 0,
            Limits.Return,
            "a ping to come through",
            () => _pair.Colony[_pair.B].Process.Log);
        Wait.Until(() => _pair.Colony[_pair.B].Process.Log.Contains("it is up again", StringComparison.Ordinal), Limits.Return, "the agent to say so");
    }
}
