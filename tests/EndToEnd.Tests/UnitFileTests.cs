using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>The units in scripts/systemd, as far as systemd judges them without running.</summary>
public sealed class UnitFileTests
{
    private static readonly string Folder = Path.Combine(XenLoopBinary.RepositoryRoot, "scripts", "systemd");

    [Theory]
    [InlineData("xenloop.service")]
    [InlineData("xenloop-announce.service")]
    public void Systemd_has_no_complaint(string unit)
    {
        RequireSystemd();
        string directory = Directory.CreateTempSubdirectory("xenloop-unit-").FullName;
        try
        {
            // The program has to exist where the unit says.
            string path = Path.Combine(directory, unit);
            File.WriteAllText(path, File.ReadAllText(Path.Combine(Folder, unit)).Replace("/usr/local/sbin/xenloop", XenLoopBinary.Path, StringComparison.Ordinal));
            CommandResult result = Command.Run(["systemd-analyze", "verify", "--man=no", path]);
            Assert.DoesNotContain(unit, result.Error, StringComparison.Ordinal);
            Assert.Equal(0, result.ExitCode);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("xenloop.service", 30)]
    [InlineData("xenloop-announce.service", 15)]
    public void Their_exposure_stays_low(string unit, int most)
    {
        RequireSystemd();

        // In tenths; fails above the threshold.
        string threshold = string.Create(CultureInfo.InvariantCulture, $"--threshold={most}");
        Command.Run(["systemd-analyze", "security", "--offline=true", "--no-pager", threshold, Path.Combine(Folder, unit)]).Checked();
    }

    /// <summary>With any other mode the end of the agent would also end the keeper, and after a restore the guest's kernel.</summary>
    [Fact]
    public void The_agents_end_spares_its_port_keeper()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, "xenloop.service"));
        Assert.Contains("KillMode=process", lines);
        Assert.Contains("OOMPolicy=continue", lines);
        Assert.Contains("ManagedOOMPreference=omit", lines);
        Assert.Contains("LimitNOFILE=65536", lines);
    }

    /// <summary>Agents that were started by hand have their sockets there.</summary>
    [Fact]
    public void The_end_of_the_service_leaves_others_their_sockets() =>
        Assert.Contains("RuntimeDirectoryPreserve=yes", File.ReadAllLines(Path.Combine(Folder, "xenloop.service")));

    /// <summary>A vif that is away for half a minute once made systemd give the agent up for good.</summary>
    [Theory]
    [InlineData("xenloop.service")]
    [InlineData("xenloop-announce.service")]
    public void They_are_started_again_however_often_they_end(string unit)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, unit));
        Assert.Contains("Restart=always", lines);
        Assert.Contains("StartLimitIntervalSec=0", lines);
    }

    /// <summary>A service with a typing error in its options was started every three seconds for good.</summary>
    [Theory]
    [InlineData("xenloop.service", "run")]
    [InlineData("xenloop-announce.service", "announce")]
    public void Options_that_make_no_sense_are_not_tried_again(string unit, string command)
    {
        CommandResult refused = XenLoopBinary.Run(command, "--no-such-option");
        Assert.Contains($"RestartPreventExitStatus={refused.ExitCode}", File.ReadAllLines(Path.Combine(Folder, unit)));
        Assert.NotEqual(refused.ExitCode, XenLoopBinary.Run("status", "--directory", "/nonexistent").ExitCode);
    }

    private static void RequireSystemd()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Skip("systemd-analyze is not installed (Debian package systemd).");
        }
    }
}
