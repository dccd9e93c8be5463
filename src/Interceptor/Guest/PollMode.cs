namespace XenLoop.Interceptor.Guest;

/// <summary>Whether the data path may poll before it sleeps, where traffic gains by it; see <see cref="Forwarding.PollPolicy"/>.</summary>
internal enum PollMode
{
    /// <summary>The data path may poll on Xen only. Between namespaces each guest's processor is every other's, and polling takes it from whom it waits for.</summary>
    Auto,

    /// <summary>The data path may poll on every platform.</summary>
    On,

    /// <summary>The data path never polls.</summary>
    Off,
}
