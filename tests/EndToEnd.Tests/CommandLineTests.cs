using System.Diagnostics;
using System.Text.RegularExpressions;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What goes wrong must be said in words, once, with an exit code that is not 0.</summary>
public sealed class CommandLineTests : IClassFixture<CommandLineTests.Machine>
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);
    private readonly VirtualHost _host;

    public CommandLineTests(Machine machine) => _host = machine.Host;

    private Guest A => _host["a"];

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("announce", "--help")]
    [InlineData("guests", "--help")]
    [InlineData("status", "--help")]
    [InlineData("rules", "--help")]
    [InlineData("cleanup", "--help")]
    public void Questions_are_answered(params string[] arguments) =>
        Assert.NotEqual("", XenLoopBinary.Run(arguments).Checked().Output);

    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("run", "--ring-size", "many")]
    [InlineData("run", "--ring-size", "12345")]
    [InlineData("run", "--queue-base", "70000")]
    [InlineData("run", "--queue-base", "-1")]
    [InlineData("run", "--idle-close", "-1")]
    [InlineData("run", "--rules", "some")]
    [InlineData("run", "--offload", "maybe")]
    [InlineData("run", "--platform", "moon")]
    [InlineData("no-such-command")]
    public void Bad_options_are_refused(params string[] arguments) =>
        AssertRefused(Command.Run(A.Namespace.Wrap([XenLoopBinary.Path, .. arguments]), timeout: EndLimit));

    [Fact]
    public void The_log_begins_with_the_version()
    {
        string version = XenLoopBinary.Run("version").Checked().Output.Split(' ')[1].Trim();
        string agent = AssertRefused(Run("--interface", "eth9"));
        string announcer = AssertRefused(XenLoopBinary.Run("announce", "--platform", "local", "--directory", "/dev/null"));
        Assert.Matches($@"^[^ ]+ info: xenloop\[431\] XenLoop {Regex.Escape(version)} starts \(run\)\.\n", agent);
        Assert.Matches($@"^[^ ]+ info: xenloop\[431\] XenLoop {Regex.Escape(version)} starts \(announce\)\.\n", announcer);
    }

    [Fact]
    public void An_unknown_interface_is_named() =>
        Assert.Contains("eth9", AssertRefused(Run("--interface", "eth9")), StringComparison.Ordinal);

    [Fact]
    public void A_queue_that_is_taken_is_named()
    {
        using var first = new Colony(_host, [A], "--queue-base", "7100");
        using var other = new XenLoopProcess(_host["b"], "--queue-base", "7100");
        other.WaitUntilReady();

        // Queues belong to a namespace: a second agent in the same one collides.
        string complaint = AssertRefused(Run("--name", "second", "--queue-base", "7100", "--interface", Guest.Interface, "--domain-id", "3"));
        Assert.Matches("(?i)queue|already", complaint);
    }

    [Fact]
    public void Somebody_without_rights_is_told_so()
    {
        string complaint = AssertRefused(RunWrapped(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]));
        Assert.Matches("CAP_NET_ADMIN|root", complaint);
    }

    [Fact]
    public void The_network_capability_alone_is_enough()
    {
        using var announcer = new Announcer(_host);

        // A directory that this user may write, as root would prepare it.
        Command.Run(["chmod", "-R", "a+rwX", _host.Directory]).Checked();

        // The device as udev makes it, for everybody. A machine without udev may have it for root alone; this one is in the program's own mount namespace ("ip netns exec" makes one).
        const string MakeDevice = "mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec \"$@\"";
        AssertAnswersAndEnds(
            "sh", "-c", MakeDevice, "sh",
            "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
            "--inh-caps", "-all,+net_admin", "--ambient-caps", "-all,+net_admin", "--bounding-set", "-all,+net_admin");
    }

    /// <summary>Of root's agents, which were started by hand under a strict umask.</summary>
    [Theory]
    [InlineData("status")]
    [InlineData("guests")]
    [InlineData("cleanup")]
    public void A_directory_that_may_not_be_read_is_named(string command)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_host.Directory, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        Command.Run(["chmod", "a+rx", _host.Directory]).Checked();
        string complaint = AssertRefused(Command.Run(
            A.Namespace.Wrap(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", XenLoopBinary.Path, command, "--directory", directory]), timeout: EndLimit));
        Assert.Contains(directory, complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_of_nobody_is_an_error() =>
        AssertRefused(XenLoopBinary.Run("status", "--directory", _host.Directory, "--name", "nobody-here"));

    /// <summary>The base library's messages are not in the binary. In their place it prints their names: <c>IO_FileExists_Name</c>.</summary>
    [Theory]
    [InlineData("announce", "/dev/null", "File exists")]
    [InlineData("announce", "/dev/null/below", "No such file or directory")]
    [InlineData("announce", "/proc/xenloop", "No such file or directory")]
    [InlineData("announce", "{long}", "107")]
    [InlineData("run", "{long}", "107")]
    [InlineData("guests", "{long}", "107")]
    [InlineData("status", "{long}", "107")]
    public void The_systems_failures_are_told_in_words(string command, string directory, string words)
    {
        string path = directory.Replace("{long}", Path.Combine(_host.Directory, new string('d', 100)), StringComparison.Ordinal);
        string[] options = command == "status" ? ["--name", "a"] : ["--platform", "local"];
        string complaint = AssertRefused(Command.Run(A.Namespace.Wrap([XenLoopBinary.Path, command, "--directory", path, .. options]), timeout: EndLimit));
        Assert.Contains(words, complaint, StringComparison.Ordinal);
        Assert.DoesNotMatch("[A-Za-z]+_[A-Za-z]+", complaint.Replace(path, "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("version")]
    [InlineData("rules", "show", "--json")]
    public void Output_that_cannot_be_written_is_told(params string[] arguments)
    {
        Assert.Contains("No space left on device", AssertRefused(RunRedirected(">/dev/full", arguments)), StringComparison.Ordinal);
        Assert.Contains("Bad file descriptor", AssertRefused(RunRedirected(">&-", arguments)), StringComparison.Ordinal);
        Assert.Contains("Bad file descriptor", AssertRefused(RunRedirected("<&- >&-", arguments)), StringComparison.Ordinal);
    }

    /// <summary>An agent whose log lies on a full disk once died of its own last words, by a signal.</summary>
    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    [InlineData("2</dev/null")]
    [InlineData("<&- >&- 2>&-")]
    public void An_error_that_cannot_be_told_still_has_its_exit_code(string redirection) =>
        Assert.Equal(2, RunRedirected(redirection, "run", "--no-such-option").ExitCode);

    [Theory]
    [InlineData(">/dev/full 2>&1")]
    [InlineData("2</dev/null")]
    [InlineData("<&- >&- 2>&-")]
    public void An_agent_whose_log_goes_nowhere_works_and_ends_in_order(string redirection)
    {
        using var announcer = new Announcer(_host);
        AssertAnswersAndEnds("sh", "-c", $"exec \"$@\" {redirection}", "sh");
    }

    [Fact]
    public void An_agent_whose_log_may_not_grow_works_and_ends_in_order()
    {
        using var announcer = new Announcer(_host);
        AssertAnswersAndEnds("sh", "-c", $"ulimit -f 0; exec \"$@\" 2>{Path.Combine(_host.Directory, "limited")}", "sh");
    }

    /// <summary>It executes itself anew with less rights, and forgot a signal that had come before.</summary>
    [Theory]
    [InlineData("announce")]
    [InlineData("run", "--name", "early")]
    public void A_signal_right_after_the_start_ends_it(params string[] arguments)
    {
        const int Starts = 60;
        var start = Stopwatch.StartNew();
        Command.Run(A.Namespace.Wrap([XenLoopBinary.Path, "version"])).Checked();
        TimeSpan whole = 2 * start.Elapsed;
        for (int i = 0; i < Starts; i++)
        {
            using BackgroundProcess started = A.Start([XenLoopBinary.Path, .. arguments, "--platform", "local", "--directory", _host.Directory]);
            Thread.Sleep(whole * i / Starts);
            started.Send(Signal.Terminate);

            // In order, or by the signal before the program had a say.
            int exitCode = started.WaitForExit(Limits.Return);
            Assert.True(exitCode is 0 or 143, $"{exitCode}\n{started.Log}");
        }
    }

    [Fact]
    public void A_lost_terminal_ends_an_agent_in_order()
    {
        using var announcer = new Announcer(_host);
        AssertAnswersAndEnds(Signal.HangUp, "env", "--default-signal=HUP");
        using BackgroundProcess agent = StartAgent("nohup");
        WaitUntilItAnswers(agent);
        agent.Send(Signal.HangUp);

        // Many times what the agent above took to end by the same signal.
        Thread.Sleep(500);
        Assert.False(agent.HasExited, agent.Log);
        Assert.Equal(0, XenLoopBinary.Run("status", "--directory", _host.Directory, "--name", "a", "--json").ExitCode);
        agent.Send(Signal.Terminate);
        Assert.Equal(0, agent.WaitForExit(Limits.Stop));
    }

    [Fact]
    public void A_missing_right_is_told_in_words_too()
    {
        string complaint = AssertRefused(Command.Run(
            ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", XenLoopBinary.Path, "announce", "--platform", "local", "--directory", "/etc/xenloop-of-nobody"],
            timeout: EndLimit));
        Assert.Matches("denied|not permitted", complaint);
        Assert.DoesNotMatch("[A-Za-z]+_[A-Za-z]+", complaint);
    }

    /// <summary>An agent that this starts works, and ends in order.</summary>
    private void AssertAnswersAndEnds(params string[] wrapper) => AssertAnswersAndEnds(Signal.Terminate, wrapper);

    private void AssertAnswersAndEnds(Signal signal, params string[] wrapper)
    {
        using BackgroundProcess agent = StartAgent(wrapper);
        WaitUntilItAnswers(agent);
        agent.Send(signal);
        Assert.Equal(0, agent.WaitForExit(Limits.Stop));
    }

    private BackgroundProcess StartAgent(params string[] wrapper) => A.Start(
    [
        .. wrapper,
        XenLoopBinary.Path, "run", "--platform", "local", "--directory", _host.Directory, "--name", "a", "--domain-id", "1", "--interface", Guest.Interface,
    ]);

    private void WaitUntilItAnswers(BackgroundProcess agent)
    {
        Wait.Until(
            () => agent.HasExited || XenLoopBinary.Run("status", "--directory", _host.Directory, "--name", "a", "--json").ExitCode == 0,
            EndLimit,
            "the agent to answer",
            () => agent.Log);
        Assert.False(agent.HasExited, agent.Log);
    }

    private CommandResult RunRedirected(string redirection, params string[] arguments) => Command.Run(
        A.Namespace.Wrap(["sh", "-c", $"exec \"$@\" {redirection}", "sh", XenLoopBinary.Path, .. arguments]), timeout: EndLimit);

    private CommandResult Run(params string[] options) => RunWrapped([], options);

    private CommandResult RunWrapped(string[] wrapper, params string[] options) => Command.Run(
        A.Namespace.Wrap([.. wrapper, XenLoopBinary.Path, "run", "--platform", "local", "--directory", _host.Directory, .. options]),
        timeout: EndLimit);

    /// <summary>Returns the complaint.</summary>
    private static string AssertRefused(CommandResult result)
    {
        Assert.InRange(result.ExitCode, 1, 127);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", result.Error, StringComparison.Ordinal);
        Assert.NotEqual("", result.Error.Trim());
        return result.Error;
    }

    public sealed class Machine : IDisposable
    {
        public VirtualHost Host { get; } = new(NetworkMode.Bridged, "a", "b");

        public void Dispose() => Host.Dispose();
    }
}
