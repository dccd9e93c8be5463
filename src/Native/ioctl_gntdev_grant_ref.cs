using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntdev_grant_ref</c> (<c>xen/gntdev.h</c>), 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntdev_grant_ref
{
    /// <summary>The domain that granted the page.</summary>
    public uint domid;

    /// <summary>The grant reference.</summary>
    public uint @ref;
}
