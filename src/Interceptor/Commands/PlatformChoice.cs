using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing.Local;

namespace XenLoop.Interceptor.Commands;

/// <summary>What connects this guest to others.</summary>
internal static class PlatformChoice
{
    /// <summary>How long the store may take to answer one request.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The platform for this guest: local, the only one that there is. Whether its host runs already does not matter: the agent waits for it.</summary>
    /// <param name="directory">Where the local host's sockets are.</param>
    public static GuestPlatform Choose(string directory)
    {
        string broker = Path.Combine(directory, LocalHost.GrantsSocketName);
        return new GuestPlatform("local", new LocalStoreConnector(directory, StoreTimeout, TimeProvider.System), self => new LocalChannelPlatform(broker, self));
    }
}
