using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

/// <summary>What is found out about a machine, from the files that it shows.</summary>
public sealed class XenMachineTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("xl").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_machine_without_Xen_is_local()
    {
        Assert.False(PlatformChoice.IsXen("auto", Machine));
        Assert.False(PlatformChoice.IsXen("local", Machine));
        Assert.True(PlatformChoice.IsXen("xen", Machine));
        Assert.Contains("no Xen guest", Machine.MissingForGuest()!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_is_Xen_with_all_its_devices()
    {
        Guest("gntalloc", "gntdev", "evtchn", "xenbus");
        Assert.True(PlatformChoice.IsXen("auto", Machine));
        Assert.False(PlatformChoice.IsXen("local", Machine));
        Assert.Null(Machine.MissingForGuest());
    }

    [Fact]
    public void Missing_modules_are_named_with_the_commands_that_load_them()
    {
        Guest("gntdev", "xenbus");
        string problem = Machine.MissingForGuest()!;
        Assert.Contains("modprobe -a xen-gntalloc xen-evtchn.", problem, StringComparison.Ordinal);

        // For the next boot what is loaded now counts for nothing; and the install script's own file is not to be overwritten.
        Assert.EndsWith(@"printf '%s\n' xen-gntalloc xen-gntdev xen-evtchn > /etc/modules-load.d/xenloop-local.conf", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_there_and_cannot_be_used_is_named()
    {
        Guest("gntalloc", "gntdev", "xenbus");
        Directory.CreateDirectory(Path.Combine(_root, "dev/xen/evtchn"));
        Assert.Contains("/dev/xen/evtchn: ", Machine.MissingForGuest()!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_of_a_Xen_guest_is_local()
    {
        Guest();
        Assert.False(PlatformChoice.IsXen("auto", Machine));
        Assert.Contains("no /dev/xen/xenbus", Machine.MissingForGuest()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proc/xen/capabilities", "control_d\n")]
    [InlineData("run/xenstored/socket", "")]
    public void Dom0_announces_and_does_not_run(string file, string content)
    {
        Guest();
        Put(file, content);
        Assert.True(PlatformChoice.IsXen("auto", Machine));
        Assert.Contains("xenloop announce", Machine.MissingForGuest()!, StringComparison.Ordinal);
    }

    private XenMachine Machine => new(_root);

    private void Guest(params string[] devices)
    {
        Put("sys/hypervisor/type", "xen\n");
        foreach (string device in devices)
        {
            Put($"dev/xen/{device}", "");
        }
    }

    private void Put(string file, string content)
    {
        string path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
