using System.Diagnostics;
using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>scripts/xenloop-install.sh installs all or nothing, and removes just that. The root here is a directory.</summary>
public sealed class InstallTests : IDisposable
{
    private static readonly string Script = Path.Combine(XenLoopBinary.RepositoryRoot, "scripts", "xenloop-install.sh");
    private readonly string _root = Directory.CreateTempSubdirectory("xenloop-install-").FullName;

    public InstallTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "etc/modules-load.d"));
        Write("etc/modules-load.d/others.conf", "loop\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("guest", "xenloop.service", "run")]
    [InlineData("dom0", "xenloop-announce.service", "announce")]
    public void What_was_installed_is_removed(string role, string unit, string command)
    {
        string before = Tree();
        Install(role, "--prefix", "/opt/xen").Checked();

        Assert.Contains("0.", Command.Run([At("opt/xen/sbin/xenloop"), "version"]).Checked().Output, StringComparison.Ordinal);
        Assert.Contains($"ExecStart=/opt/xen/sbin/xenloop {command} ", Read("etc/systemd/system/" + unit), StringComparison.Ordinal);
        Assert.Equal(role == "guest", File.Exists(At("etc/modules-load.d/xenloop.conf")));
        Assert.Equal(role == "guest", File.Exists(At("etc/modprobe.d/xenloop.conf")));
        Assert.Equal(role == "guest", File.Exists(At("etc/systemd/network/00-xenloop.network")));

        Install("uninstall").Checked();
        Assert.Equal(before, Tree());
    }

    [Fact]
    public void A_second_time_brings_it_up_to_date()
    {
        string before = Tree();
        Install("guest").Checked();
        string installed = Tree();
        Write("usr/local/sbin/xenloop", "an older one");
        Install("guest").Checked();

        Assert.Equal(installed, Tree());
        Install("uninstall").Checked();
        Assert.Equal(before, Tree());
    }

    [Fact]
    public void Settings_that_were_changed_are_not_touched()
    {
        const string Setting = "options xen-gntalloc limit=2048\n";
        string before = Tree();
        Install("guest").Checked();
        Write("etc/modprobe.d/xenloop.conf", Setting);
        Install("guest").Checked();
        Assert.Equal(Setting, Read("etc/modprobe.d/xenloop.conf"));

        Assert.Contains("was changed", Install("uninstall").Checked().Output, StringComparison.Ordinal);
        Assert.Equal(Setting, Read("etc/modprobe.d/xenloop.conf"));
        Assert.False(File.Exists(At("usr/local/sbin/xenloop")));

        // And it is still known whose it is.
        Install("uninstall", "--force").Checked();
        Assert.Equal(before, Tree());
    }

    [Fact]
    public void Force_removes_changed_settings_too()
    {
        string before = Tree();
        Install("guest").Checked();
        Write("etc/modprobe.d/xenloop.conf", "# nothing\n");
        Install("uninstall", "--force").Checked();
        Assert.Equal(before, Tree());
    }

    /// <summary>Without systemd an agent would put its rules back when they are removed, and be left behind with them.</summary>
    [Fact]
    public void A_program_that_still_runs_is_not_removed()
    {
        Install("guest").Checked();
        string program = At("usr/local/sbin/xenloop");
        File.Copy("/bin/sleep", program, overwrite: true);
        using (Process running = Process.Start(program, ["600"]))
        {
            string installed = Tree();
            CommandResult refused = Install("uninstall");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains($"kill {running.Id}. Nothing was removed", refused.Error, StringComparison.Ordinal);
            Assert.Equal(installed, Tree());
            running.Kill();
            running.WaitForExit();
        }

        Install("uninstall", "--force").Checked();
    }

    [Fact]
    public void Somebody_elses_file_is_not_overwritten()
    {
        Write("etc/modules-load.d/xenloop.conf", "tun\n");
        AssertRefusedAndUnchanged("not by this script", "guest");
    }

    [Fact]
    public void The_other_role_is_refused_until_the_first_is_removed()
    {
        Install("guest").Checked();
        AssertRefusedAndUnchanged("'uninstall' first", "dom0");
        AssertRefusedAndUnchanged("'uninstall' first", "guest", "--prefix", "/opt/xen");
    }

    [Fact]
    public void A_failure_half_way_leaves_everything_as_it_was()
    {
        // No directory can be made here, which shows only when the files before it have been written.
        Write("etc/modprobe.d", "");
        AssertRefusedAndUnchanged("as it was before", "guest");
    }

    [Fact]
    public void A_failed_upgrade_puts_back_what_was_there()
    {
        Install("guest").Checked();
        Write("usr/local/sbin/xenloop", "an older one");

        // Put in its place when the program and the unit already are; and a directory cannot be kept as files are.
        File.Delete(At("etc/systemd/network/00-xenloop.network"));
        Directory.CreateDirectory(At("etc/systemd/network/00-xenloop.network"));
        AssertRefusedAndUnchanged("as it was before", "guest");
        Assert.Equal("an older one", Read("usr/local/sbin/xenloop"));
    }

    [Fact]
    public void A_program_that_does_not_run_here_is_refused()
    {
        Write("broken", "");
        AssertRefusedAndUnchanged("does not run", "guest", "--binary", At("broken"));
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("uninstall")]
    public void A_dry_run_changes_nothing(string action)
    {
        if (action == "uninstall")
        {
            Install("guest").Checked();
        }

        string before = Tree();
        Assert.Contains("/etc/systemd/system/xenloop.service", Install(action, "--dry-run").Checked().Output, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    [Fact]
    public void Nothing_is_removed_where_nothing_was_installed() => AssertRefusedAndUnchanged("nothing is installed", "uninstall");

    [Fact]
    public void Without_Xen_it_refuses()
    {
        if (File.Exists("/sys/hypervisor/type") || File.Exists("/proc/xen/capabilities"))
        {
            Assert.Skip("This machine has Xen: the script would install.");
        }

        foreach (string role in (string[])["guest", "dom0"])
        {
            CommandResult result = Command.Run([Script, role]);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("no Xen here", result.Error, StringComparison.Ordinal);
        }
    }

    private void AssertRefusedAndUnchanged(string why, params string[] arguments)
    {
        string before = Tree();
        CommandResult result = Install(arguments);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    private CommandResult Install(params string[] arguments) =>
        Command.Run([Script, arguments[0], "--root", _root, .. arguments[0] == "uninstall" || arguments.Contains("--binary") ? [] : (string[])["--binary", XenLoopBinary.Path], .. arguments[1..]]);

    private string At(string path) => Path.Combine(_root, path);

    private string Read(string path) => File.ReadAllText(At(path));

    private void Write(string path, string text) => File.WriteAllText(At(path), text);

    /// <summary>All that there is: names, kinds, modes, sizes and small contents.</summary>
    private string Tree() => string.Join('\n', Directory.GetFileSystemEntries(_root, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(path => string.Create(CultureInfo.InvariantCulture, $"{path} {File.GetUnixFileMode(path)} {Content(path)}")));

    private static string Content(string path) =>
        Directory.Exists(path) ? "directory"
        : new FileInfo(path).Length is > 65536 and long length ? length.ToString(CultureInfo.InvariantCulture)
        : File.ReadAllText(path);
}
