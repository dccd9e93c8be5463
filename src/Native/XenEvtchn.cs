namespace XenLoop.Native;

/// <content><c>xen/evtchn.h</c>: requests to <c>/dev/xen/evtchn</c> (<c>drivers/xen/evtchn.c</c>).</content>
public static unsafe partial class LibC
{
    /// <summary>Returns the new local port; the argument is <see cref="ioctl_evtchn_bind_interdomain"/>.</summary>
    public const int IOCTL_EVTCHN_BIND_INTERDOMAIN = 0x00084501;

    /// <summary>Returns the new local port; the argument is <see cref="ioctl_evtchn_bind_unbound_port"/>.</summary>
    public const int IOCTL_EVTCHN_BIND_UNBOUND_PORT = 0x00044502;

    /// <summary>The argument is <see cref="ioctl_evtchn_notify"/>.</summary>
    public const int IOCTL_EVTCHN_NOTIFY = 0x00044504;

    /// <summary>Empties the device's ring of events and clears its overflow; no argument.</summary>
    public const int IOCTL_EVTCHN_RESET = 0x00004505;
}
