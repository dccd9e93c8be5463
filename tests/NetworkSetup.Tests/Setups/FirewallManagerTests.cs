using System.Diagnostics;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>The firewall managers themselves, as Debian packages them, reloaded in the middle of a stream.</summary>
public sealed class FirewallManagerTests(SetupTable table)
{
    private const long Rate = 100 * Limits.MiB;

    [Fact]
    public void Ufw_is_enabled_and_reloaded_under_a_stream()
    {
        using SetupRow row = table.Begin("ufw enabled and reloaded while running");
        if (!File.Exists("/usr/sbin/ufw"))
        {
            row.Skip("the Debian package ufw is not installed");
        }

        using var scene = new Scene();
        using var ufw = new FirewallManager(scene.B, "/etc/ufw", "/etc/default", "/run");
        int port = Ports.Next();
        using var stream = new TcpStream(scene.A, scene.B, port, rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        ufw.Run($"ufw allow in on eth0 to any port {port} proto tcp", "ufw default deny incoming", "ufw --force enable");
        Assert.Contains("ufw-before-input", scene.B.Run("iptables-save").Output, StringComparison.Ordinal);
        Conclude(scene, stream, row, () => ufw.Run("ufw reload"));
    }

    [Fact]
    public void Firewalld_is_started_and_reloaded_under_a_stream()
    {
        using SetupRow row = table.Begin("firewalld started and reloaded while running");
        if (!File.Exists("/usr/sbin/firewalld"))
        {
            row.Skip("the Debian package firewalld is not installed");
        }

        using var scene = new Scene();
        using var manager = new FirewallManager(scene.B, "/etc/firewalld", "/run", "/var/log");
        int port = Ports.Next();
        using var stream = new TcpStream(scene.A, scene.B, port, rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        string bus = Path.Combine(scene.Host.Directory, "bus");
        File.WriteAllText(bus + ".conf", $"""
            <busconfig>
              <type>system</type>
              <listen>unix:path={bus}</listen>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """);
        using BackgroundProcess daemons = manager.Start(
            $"export DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus}",
            $"dbus-daemon --config-file={bus}.conf --fork --nopidfile",
            "exec firewalld --nofork --nopid");
        Wait.Until(
            () => daemons.HasExited || manager.TryRun($"DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus} firewall-cmd --state").ExitCode == 0,
            Limits.Change,
            "firewalld to run",
            () => daemons.Log);
        Assert.False(daemons.HasExited, daemons.Log);
        manager.Run($"DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus} firewall-cmd --permanent --add-port={port}/tcp");
        Conclude(scene, stream, row, () => manager.Run($"DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus} firewall-cmd --reload"));
        Assert.Contains("table inet firewalld", scene.B.Run("nft", "list", "tables").Output, StringComparison.Ordinal);
    }

    /// <summary>What some administrators' scripts do: throw everything away, and load their own.</summary>
    [Theory]
    [InlineData("nft flush ruleset")]
    [InlineData("iptables -t mangle -F; iptables -t mangle -X")]
    public void Rules_that_somebody_flushes_are_back_at_once(string flush)
    {
        using SetupRow row = table.Begin($"rules flushed: {flush}");
        using var scene = new Scene();
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        Conclude(scene, stream, row, () => scene.B.Run("sh", "-c", flush).Checked());
    }

    private static void Conclude(Scene scene, TcpStream stream, SetupRow row, Action reload)
    {
        scene.WaitForFastPath(scene.A, scene.B);
        reload();
        long start = Stopwatch.GetTimestamp();
        Wait.Until(() => HasRules(scene.B), Limits.Change, "xenloop's rules to be back", () => scene.Colony[scene.B].Process.Log);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        scene.WaitForFastPath(scene.A, scene.B);
        PathMeter path = scene.Watch(scene.A, scene.B);
        path.AssertFast(stream);
        stream.Complete(Limits.Transfer);
        Assert.Equal(0, ConnectionTracking.Invalid(scene.B));
        string rules = scene.Colony[scene.B].Status().Rules.Form;
        row.Conclude("fast, standard for a moment", "", FormattableString.Invariant($"a stream through it, every byte, none invalid; rules back {seconds:0.0} s after the command had ended ({rules} form)"));
    }

    private static bool HasRules(Guest guest)
    {
        string saved = guest.Run("iptables-save", "-t", "mangle").Output;
        return saved.Contains("-j NFQUEUE", StringComparison.Ordinal) && saved.Contains("-j XENLOOP", StringComparison.Ordinal);
    }
}
