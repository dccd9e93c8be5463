namespace XenLoop.Interceptor.Guest;

/// <summary>Whether the data path may poll before it sleeps, where traffic gains by it; see <see cref="Forwarding.PollPolicy"/>.</summary>
internal enum PollMode
{
    /// <summary>On Xen. Between namespaces each guest's processor is every other's, and polling takes it from whom it waits for.</summary>
    Auto,

    /// <summary>Everywhere.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
