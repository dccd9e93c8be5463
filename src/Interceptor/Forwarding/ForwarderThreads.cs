namespace XenLoop.Interceptor.Forwarding;

/// <summary>How the data path divides its work.</summary>
internal enum ForwarderThreads
{
    /// <summary>One thread for both directions. Best where guests share a kernel: each wake-up of another thread costs more than a packet.</summary>
    One,

    /// <summary>One thread per direction while traffic streams (<see cref="DivisionPolicy"/>), otherwise one for both. Best in a Xen guest.</summary>
    Two,
}
