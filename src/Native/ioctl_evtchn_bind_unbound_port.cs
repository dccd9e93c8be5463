using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_evtchn_bind_unbound_port</c> (<c>xen/evtchn.h</c>), 4 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_evtchn_bind_unbound_port
{
    public uint remote_domain;
}
