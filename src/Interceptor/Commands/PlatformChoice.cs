using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing.Local;

namespace XenLoop.Interceptor.Commands;

/// <summary>Finds out what connects this guest to others.</summary>
internal static class PlatformChoice
{
    /// <summary>How long the store may take to answer one request.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The platform that <c>--platform</c> names.</summary>
    /// <param name="wanted"><c>auto</c> or <c>local</c>.</param>
    /// <param name="directory">Where the local host's sockets are.</param>
    /// <exception cref="GuestSetupException">It is not to be had here.</exception>
    public static GuestPlatform Choose(string wanted, string directory)
    {
        string broker = Path.Combine(directory, LocalHost.GrantsSocketName);
        if (wanted == "auto" && !File.Exists(Path.Combine(directory, LocalStoreServer.SocketName)))
        {
            throw new GuestSetupException(
                $"No platform was found: there is no local host in {directory}. Start one with: xenloop announce --directory {directory}");
        }

        return new GuestPlatform("local", new LocalStoreConnector(directory, StoreTimeout, TimeProvider.System), self => new LocalChannelPlatform(broker, self));
    }
}
