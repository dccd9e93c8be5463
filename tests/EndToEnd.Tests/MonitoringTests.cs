using System.Text.Json.Nodes;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What Dom0 sees of its guests by <c>xenloop guests</c>, and a monitoring system by <c>xenloop status --check</c>.</summary>
public sealed class MonitoringTests
{
    [Fact]
    public void Dom0_sees_who_takes_part_and_why_others_do_not()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b", "c");
        using var announcer = new Announcer(host, "--deny", "c");
        XenLoopProcess[] agents = [.. host.Guests.Select(guest => new XenLoopProcess(guest))];
        try
        {
            Array.ForEach(agents, agent => agent.WaitUntilReady());
            Wait.Until(() => Guests(host).Count(guest => (bool)guest["announced"]! && guest["peers"]!.AsArray().Count == 1) == 2, Limits.Return, "a and b to be announced to each other");
            JsonNode[] guests = Guests(host);
            Assert.Equal("1 a,2 b,3 c", string.Join(',', guests.Select(NameOf)));
            Assert.Equal(["2 b", "1 a"], guests[..2].Select(guest => NameOf(guest["peers"]![0]!)));
            Assert.All(guests, guest => Assert.Equal(("bridge bridge0", true), ((string)guest["network"]!, (bool)guest["advert"]!)));
            Assert.Equal(host["a"].Mac, (string)guests[0]["mac"]!);
            Assert.Equal("", (string)guests[0]["reason"]!);
            Assert.False((bool)guests[2]["announced"]!);
            Assert.Contains("--deny", (string)guests[2]["reason"]!, StringComparison.Ordinal);
            string text = XenLoopBinary.Run("guests", "--platform", "local", "--directory", host.Directory).Checked().Output;
            Assert.Contains("b: domain 2, announced\n", text, StringComparison.Ordinal);
            Assert.Contains("c: domain 3, not announced: the announcer leaves it out", text, StringComparison.Ordinal);

            // Of a living announcer the sequence grows.
            ulong first = (ulong)guests[0]["heartbeat"]!["sequence"]!;
            Wait.Until(() => (ulong)Guests(host)[0]["heartbeat"]!["sequence"]! > first, Limits.Return, "the next heartbeat");
        }
        finally
        {
            Array.ForEach(agents, agent => agent.Dispose());
        }
    }

    [Fact]
    public void A_check_tells_a_dead_agent_from_a_silent_announcer_and_refused_rules()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        Guest a = host["a"];
        Assert.Equal(1, Check(a).ExitCode);
        using var colony = new Colony(host);
        Wait.Until(() => Check(a).ExitCode == 0, Limits.Return, "all to be well without a channel");
        Assert.Equal("all is well: a\n", Check(a).Output);
        colony.Connect(a, host["b"]);

        // Its heartbeats come every 5 s, and three may be missed.
        colony.Announcer.Process.Send(Signal.Stop);
        Wait.Until(() => Check(a).ExitCode == 3, Limits.Return, "the announcer's silence to be noticed");
        Assert.StartsWith("a: announcer: silent", Check(a).Output, StringComparison.Ordinal);
        colony.Announcer.Process.Send(Signal.Continue);
        Wait.Until(() => Check(a).ExitCode == 0, Limits.Return, "the announcer to be heard again");

        colony[a].Process.Send(Signal.Kill);
        colony[a].Process.WaitForExit(Limits.Stop);
        CommandResult dead = Check(a);
        Assert.Equal(1, dead.ExitCode);
        Assert.Contains("No agent named 'a' is running", dead.Output, StringComparison.Ordinal);
        a.Run(XenLoopBinary.Path, "cleanup", "--directory", host.Directory).Checked();

        colony.Restart(["env", $"PATH={BrokenFirewall(host)}:/usr/sbin:/usr/bin:/sbin:/bin"], a);
        Wait.Until(
            () =>
            {
                a.Run("ping", "-c", "1", "-W", "1", host["b"].Address.ToString());
                return Check(a) is { ExitCode: 3 } check && check.Output.StartsWith("a: rules: ", StringComparison.Ordinal);
            },
            Limits.Return,
            "the refused rules to be told",
            () => Check(a).Output);
    }

    /// <summary>A directory of programs that are found before the real ones, and always fail.</summary>
    private static string BrokenFirewall(VirtualHost host)
    {
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(host.Directory, "broken"));
        foreach (string backend in (string[])["iptables-nft", "iptables-legacy"])
        {
            foreach (string program in (string[])[backend, $"{backend}-save", $"{backend}-restore"])
            {
                string path = Path.Combine(directory.FullName, program);
                File.WriteAllText(path, "#!/bin/sh\nexit 4\n");
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        return directory.FullName;
    }

    private static CommandResult Check(Guest guest) => XenLoopBinary.Run("status", "--check", "--directory", guest.Host.Directory, "--name", guest.Name);

    private static string NameOf(JsonNode guest) => $"{guest["domain"]} {guest["name"]}";

    private static JsonNode[] Guests(VirtualHost host)
    {
        JsonNode report = JsonNode.Parse(XenLoopBinary.Run("guests", "--platform", "local", "--directory", host.Directory, "--json").Checked().Output)!;
        Assert.True((bool)report["announcerRuns"]!);
        return [.. report["guests"]!.AsArray().Select(guest => guest!)];
    }
}
