using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>What can be seen of Xen on this machine.</summary>
/// <param name="root">Where the file system begins, usually <c>/</c>.</param>
internal sealed class XenMachine(string root)
{
    private static readonly (string Device, string Module)[] Devices =
    [
        ("dev/xen/gntalloc", "xen-gntalloc"),
        ("dev/xen/gntdev", "xen-gntdev"),
        ("dev/xen/evtchn", "xen-evtchn"),
    ];

    /// <summary>For modules that are wanted at every boot. Not the file that the install script brings: it refuses to overwrite one that is not its own.</summary>
    private const string BootFile = "/etc/modules-load.d/xenloop-local.conf";

    /// <summary>True in a Xen domain from which the store can be reached. In a container of a Xen guest it is false: the device is not there.</summary>
    public bool HasXen => IsXenDomain && (File.Exists(At("dev/xen/xenbus")) || IsDom0);

    /// <summary>True in Dom0: the kernel may control the hypervisor, or xenstored runs here.</summary>
    public bool IsDom0 => ReadText("proc/xen/capabilities").Contains("control_d", StringComparison.Ordinal) || File.Exists(At("run/xenstored/socket"));

    private bool IsXenDomain => ReadText("sys/hypervisor/type") == "xen" || File.Exists(At("proc/xen/capabilities"));

    /// <summary>What keeps a guest from sharing pages, in plain words with the command that mends it; null if nothing does.</summary>
    public string? MissingForGuest()
    {
        if (!IsXenDomain)
        {
            return "This machine is no Xen guest. For network namespaces and containers: --platform local.";
        }

        if (IsDom0)
        {
            return "This is Dom0: the agent belongs in the guests. Here: xenloop announce.";
        }

        if (!File.Exists(At("dev/xen/xenbus")))
        {
            return "There is no /dev/xen/xenbus. In a container it has to be passed in; otherwise this kernel has no CONFIG_XEN_XENBUS_FRONTEND.";
        }

        List<string> modules = [];
        List<string> missing = [];
        List<string> closed = [];
        foreach ((string device, string module) in Devices)
        {
            modules.Add(module);
            int error = Probe(At(device));
            if (error is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV)
            {
                missing.Add(module);
            }
            else if (error != 0)
            {
                closed.Add($"/{device}: {Errno.Describe(error)}");
            }
        }

        return missing.Count > 0
            ? $"Kernel modules are not loaded. Now: modprobe -a {string.Join(' ', missing)}. At every boot: printf '%s\\n' {string.Join(' ', modules)} > {BootFile}"
            : closed.Count > 0
            ? $"Xen's devices may not be used ({string.Join("; ", closed)}): on Xen, xenloop runs as root, or as a user to whom these devices are open."
            : null;
    }

    private string At(string path) => Path.Combine(root, path);

    private string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(At(path)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>Opens a device and closes it again: that alone has no effect on any of these.</summary>
    private static int Probe(string path)
    {
        using FileDescriptor device = FileDescriptor.Open(path, LibC.O_RDWR | LibC.O_NONBLOCK);
        return device.IsInvalid ? LibC.LastError : 0;
    }
}
