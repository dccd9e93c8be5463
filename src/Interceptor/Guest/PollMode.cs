namespace XenLoop.Interceptor.Guest;

/// <summary>Whether the data path polls before it sleeps; see <see cref="Forwarding.PollPolicy"/>.</summary>
internal enum PollMode
{
    /// <summary>On Xen, in a guest with more than one processor.</summary>
    Auto,

    /// <summary>Whenever the traffic seems to gain by it.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
