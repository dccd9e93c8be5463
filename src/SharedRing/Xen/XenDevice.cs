using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>The kernel's Xen devices, and what is wrong if they cannot be opened.</summary>
internal static class XenDevice
{
    /// <summary>The device for pages granted to other domains.</summary>
    public const string GrantAllocator = "/dev/xen/gntalloc";

    /// <summary>The device for pages that other domains granted.</summary>
    public const string GrantMapper = "/dev/xen/gntdev";

    /// <summary>The device for event channels.</summary>
    public const string EventChannels = "/dev/xen/evtchn";

    /// <summary>Opens a device, close-on-exec and non-blocking.</summary>
    /// <exception cref="ChannelPlatformException">It is missing or may not be opened.</exception>
    public static FileDescriptor Open(string path)
    {
        FileDescriptor device = FileDescriptor.Open(path, LibC.O_RDWR | LibC.O_NONBLOCK);
        return device.IsInvalid ? throw new ChannelPlatformException(Explain(path, LibC.LastError)) : device;
    }

    private static string Explain(string path, int error)
    {
        string module = "xen-" + path[(path.LastIndexOf('/') + 1)..];
        return error switch
        {
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO =>
                $"{path} is missing. Load its module: modprobe {module} (for good: echo {module} >>/etc/modules-load.d/xenloop-local.conf). If that is refused, this is no Xen guest, or its kernel lacks the module.",
            Errno.EACCES or Errno.EPERM => $"{path} may not be opened: run as root.",
            _ => $"{path} cannot be opened: {Errno.Describe(error)}.",
        };
    }
}
