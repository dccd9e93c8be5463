using Microsoft.Extensions.Logging;
using XenLoop.SharedRing.Local;

namespace XenLoop.Discovery;

/// <summary>
/// Everything that Dom0 is to guests of the local platform, for <c>xenloop announce --platform local</c>:
/// the store (<c>store.sock</c>), the grant broker (<c>grants.sock</c>) and the announcer.
/// </summary>
/// <param name="directory">Where the sockets are made; must exist.</param>
/// <param name="options">The announcer's options.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="log">The log, for people.</param>
public sealed class LocalHost(string directory, AnnouncerOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>The grant broker's socket in the host's directory.</summary>
    public const string GrantsSocketName = "grants.sock";

    /// <summary>Serves until <paramref name="stop"/>.</summary>
    /// <exception cref="StoreUnavailableException">Another host is alive in the directory, or the store's socket cannot be made.</exception>
    /// <exception cref="SharedRing.ChannelPlatformException">Another broker is alive in the directory, or its socket cannot be made.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        LocalStoreServer server = LocalStoreServer.Start(directory, log);
        await using (server.ConfigureAwait(false))
        {
            using LocalGrantBroker broker = new(Path.Combine(directory, GrantsSocketName));
            broker.Start();
            IStore dom0 = server.ConnectDom0(StoreTiming.AnswerLimit, clock);
            await using (dom0.ConfigureAwait(false))
            {
                await new Announcer(dom0, options, clock, log).RunAsync(stop).ConfigureAwait(false);
            }
        }
    }
}
