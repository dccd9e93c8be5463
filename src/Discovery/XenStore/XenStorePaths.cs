namespace XenLoop.Discovery;

/// <summary>Where a XenStore is reached.</summary>
public static class XenStorePaths
{
    /// <summary>The kernel's device, in every domain.</summary>
    public const string Device = "/dev/xen/xenbus";

    /// <summary>xenstored's socket, in Dom0 only; the older place is second.</summary>
    public static readonly string[] Sockets = ["/run/xenstored/socket", "/var/run/xenstored/socket"];
}
