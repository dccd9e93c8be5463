using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_evtchn_bind_interdomain</c> (<c>xen/evtchn.h</c>), 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_evtchn_bind_interdomain
{
    public uint remote_domain;
    public uint remote_port;
}
