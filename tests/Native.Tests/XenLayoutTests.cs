namespace XenLoop.Native.Tests;

public class XenLayoutTests
{
    /// <summary>The kernel's headers use these names without declaring them.</summary>
    private const string Typedefs = "typedef uint32_t grant_ref_t; typedef uint16_t domid_t;";

    private static readonly string[] Requests = [.. typeof(LibC).GetFields().Where(field => field.IsLiteral).Select(field => field.Name)];

    [Fact]
    public void EventChannels()
    {
        CStructLayout c = new("sys/ioctl.h", "xen/evtchn.h") { Preamble = Typedefs };
        c.AssertSame<ioctl_evtchn_bind_interdomain>("struct ioctl_evtchn_bind_interdomain");
        c.AssertSame<ioctl_evtchn_bind_unbound_port>("struct ioctl_evtchn_bind_unbound_port");
        c.AssertSame<ioctl_evtchn_notify>("struct ioctl_evtchn_notify");
        c.AssertConstants(typeof(LibC), Named("IOCTL_EVTCHN_"));
    }

    [Fact]
    public void GrantAllocator()
    {
        CStructLayout c = new("sys/ioctl.h", "linux/types.h", "xen/gntalloc.h") { Preamble = Typedefs };
        c.AssertSame<ioctl_gntalloc_alloc_gref>("struct ioctl_gntalloc_alloc_gref");
        c.AssertSame<ioctl_gntalloc_unmap_notify>("struct ioctl_gntalloc_unmap_notify");
        c.AssertConstants(typeof(LibC), Named("IOCTL_GNTALLOC_", "GNTALLOC_", "UNMAP_NOTIFY_"));
    }

    [Fact]
    public void GrantMapper()
    {
        CStructLayout c = new("sys/ioctl.h", "linux/types.h", "xen/gntdev.h") { Preamble = Typedefs };
        c.AssertSame<ioctl_gntdev_grant_ref>("struct ioctl_gntdev_grant_ref");
        c.AssertSame<ioctl_gntdev_map_grant_ref>("struct ioctl_gntdev_map_grant_ref");
        c.AssertSame<ioctl_gntdev_unmap_grant_ref>("struct ioctl_gntdev_unmap_grant_ref");
        c.AssertSame<ioctl_gntdev_unmap_notify>("struct ioctl_gntdev_unmap_notify");
        c.AssertSame<ioctl_gntdev_grant_copy>("struct ioctl_gntdev_grant_copy");
        c.AssertSame<gntdev_grant_copy_segment>("struct gntdev_grant_copy_segment", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [nameof(gntdev_grant_copy_segment.source_virt)] = "source.virt",
            [nameof(gntdev_grant_copy_segment.dest_ref)] = "dest.foreign.ref",
            [nameof(gntdev_grant_copy_segment.dest_offset)] = "dest.foreign.offset",
            [nameof(gntdev_grant_copy_segment.dest_domid)] = "dest.foreign.domid",
        });
        c.AssertConstants(typeof(LibC), Named("IOCTL_GNTDEV_", "UNMAP_NOTIFY_"));
    }

    /// <summary><c>GNTCOPY_</c> is in the hypervisor's headers only (<c>xen/include/public/grant_table.h</c>).</summary>
    [Fact]
    public void GrantCopyFlags() => Assert.Equal((1, 2), (LibC.GNTCOPY_source_gref, LibC.GNTCOPY_dest_gref));

    [Fact]
    public void Spawning()
    {
        CStructLayout c = new("spawn.h", "sys/wait.h", "signal.h", "sys/prctl.h");
        Assert.Equal(new[] { Sizes.FileActions, Sizes.Attributes }, c.Evaluate("sizeof(posix_spawn_file_actions_t)", "sizeof(posix_spawnattr_t)"));
        c.AssertConstants(typeof(LibC), Named("POSIX_SPAWN_", "SIGHUP", "SIGINT", "SIGTERM", "PR_SET_"));
        Assert.Equal(LibC.SIG_IGN, Assert.Single(c.Evaluate("(long)SIG_IGN")));
    }

    private static string[] Named(params string[] prefixes)
    {
        string[] names = [.. Requests.Where(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];
        Assert.NotEmpty(names);
        return names;
    }

    private static unsafe class Sizes
    {
        public static long FileActions => sizeof(posix_spawn_file_actions_t);

        public static long Attributes => sizeof(posix_spawnattr_t);
    }
}
