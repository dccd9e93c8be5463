using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Discovery;
using XenLoop.Interceptor.Commands;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Tests.Commands;

/// <summary>What status, cleanup and the default name make of a directory with live, dead and strange entries.</summary>
public sealed class RuntimeDirectoryTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("xenloop-test-");
    private readonly CancellationTokenSource _stop = new();
    private StatusServer _live = null!;
    private StatusReport _report = new(
        "0.1.0", "live", 3, "local", "eth0", "xl0", true, 1,
        new AnnouncerReport(true, 1, true), new ProcessReport(1, 1, 1, 1), new RulesReport("none", "none", ""), [], []);

    private Task _serving = Task.CompletedTask;

    private string Root => _directory.FullName;

    /// <summary>No Xen, as long as nothing is put there.</summary>
    private XenMachine Machine => new(Root);

    public ValueTask InitializeAsync()
    {
        _live = StatusServer.Listen(PathOf("live"), () => _report, NullLogger.Instance);
        _serving = Task.Run(() => _live.RunAsync(_stop.Token));
        LeaveDeadSocket(PathOf("dead"));
        LeaveDeadSocket(PathOf("odd name"));
        File.WriteAllText(PathOf("file"), "no socket");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _live.Dispose();
        _stop.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Status_reports_whom_it_can_and_notes_the_rest()
    {
        using var notes = new StringWriter();
        Assert.StartsWith("live: domain 3", Assert.Single(StatusCommand.AskAll(Root, StatusForm.Text, notes, Machine)), StringComparison.Ordinal);
        Assert.Contains("'dead'", notes.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("odd", notes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_of_nobody_at_all_is_an_error()
    {
        using var notes = new StringWriter();
        Assert.Throws<GuestSetupException>(() => StatusCommand.AskAll(Path.Combine(Root, "nothing"), StatusForm.Text, notes, Machine));
    }

    [Fact]
    public void Status_in_Dom0_points_to_what_can_be_seen_there()
    {
        foreach (string file in (string[])["proc/xen/capabilities", "run/xenstored/socket", "dev/xen/xenbus"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, file))!);
            File.WriteAllText(Path.Combine(Root, file), "control_d");
        }

        string words = StatusCommand.WhyNobody(Root, Machine);
        Assert.Contains("xenloop guests", words, StringComparison.Ordinal);
        Assert.DoesNotContain("xenloop run", words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_tells_by_its_exit_code_who_is_missing()
    {
        Assert.Equal((0, "all is well: live\n"), Check("live"));
        _report = _report with { Peers = [] };
        Assert.Equal(0, Check("live").ExitCode);
        _report = _report with { Announcer = new AnnouncerReport(false, 30, true) };
        Assert.Equal((3, "live: announcer: silent; connected channels go on, no new ones open\n"), Check("live"));
        _report = _report with { Rules = new RulesReport("none", "none", "the firewall refused them") { IsRefused = true } };
        Assert.Equal((3, "live: announcer: silent; connected channels go on, no new ones open; rules: the firewall refused them\n"), Check("live"));
        _report = _report with { Announcer = new AnnouncerReport(true, 1, true) };
        Assert.Equal((3, "live: rules: the firewall refused them\n"), Check("live"));
        _report = _report with { Rules = new RulesReport("iptables-nft", "plain", "") { Problem = "iptables-nft cannot restore" } };
        Assert.Equal((3, "live: rules: iptables-nft cannot restore\n"), Check("live"));

        // One that was killed counts, too, unless its socket has been cleaned up.
        (int exitCode, string line) = Check(null);
        Assert.Equal(1, exitCode);
        Assert.Contains("'dead'", line, StringComparison.Ordinal);
        using var notes = new StringWriter();
        CleanupCommand.RemoveStaleSockets(Root, notes);
        File.Delete(PathOf("file"));
        Assert.Equal(3, Check(null).ExitCode);
        using var nobody = new StringWriter();
        Assert.Equal(1, StatusCheck.Run(Path.Combine(Root, "nothing"), null, Machine, nobody));
        Assert.Contains("No agent is running", nobody.ToString(), StringComparison.Ordinal);
    }

    private (int ExitCode, string Line) Check(string? name)
    {
        using var line = new StringWriter { NewLine = "\n" };
        return (StatusCheck.Run(Root, name, Machine, line), line.ToString());
    }

    [Fact]
    public void Cleanup_removes_dead_sockets_alone()
    {
        using var notes = new StringWriter();
        Assert.Equal(1, CleanupCommand.RemoveStaleSockets(Root, notes));
        Assert.False(File.Exists(PathOf("dead")));
        Assert.Equal("no socket", File.ReadAllText(PathOf("file")));
        using Socket? live = LocalSocket.TryConnect(PathOf("live"));
        Assert.NotNull(live);
    }

    [Fact]
    public void A_second_agent_of_a_name_and_one_in_the_place_of_a_file_are_refused()
    {
        foreach (string name in (string[])["live", "file"])
        {
            Assert.Contains("--name", Assert.Throws<GuestSetupException>(() => StatusServer.Listen(PathOf(name), () => _report, NullLogger.Instance)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("live", "live-42")]
    [InlineData("dead", "dead")]
    [InlineData("new", "new")]
    [InlineData("-", "-")]
    [InlineData("store", "guest")]
    [InlineData("", "guest")]
    public void The_default_name_is_the_hosts_unless_another_agent_has_it(string host, string expected) =>
        Assert.Equal(expected, AgentName.Choose(Root, host, 42));

    /// <summary>As a killed process leaves it: a socket that is disposed deletes the path that it was bound to.</summary>
    private static void LeaveDeadSocket(string path)
    {
        using Socket socket = LocalSocket.Listen(path + "-moved", 1);
        File.Move(path + "-moved", path);
    }

    private string PathOf(string name) => Path.Combine(Root, name + ControlSocket.Extension);
}
