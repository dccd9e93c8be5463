using Microsoft.Extensions.Logging;

namespace XenLoop.Discovery;

/// <summary>
/// Everything that Dom0 is to guests of the local platform, for <c>xenloop announce --platform local</c>:
/// the store (<c>store.sock</c>), the grant broker (<c>grants.sock</c>) and the announcer.
/// </summary>
/// <param name="directory">Where the sockets are made; must exist.</param>
/// <param name="options">The announcer's.</param>
/// <param name="clock">The time.</param>
/// <param name="log">For people.</param>
public sealed class LocalHost(string directory, AnnouncerOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>Serves until <paramref name="stop"/>.</summary>
    /// <exception cref="StoreUnavailableException">Another host is alive in the directory, or the sockets cannot be made.</exception>
    public Task RunAsync(CancellationToken stop) => throw new NotSupportedException($"{directory}{options}{clock}{log}");
}
