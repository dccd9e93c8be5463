using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Opens the local host's store.</summary>
/// <param name="directory">Where the host keeps its sockets.</param>
public sealed class LocalStoreConnector(string directory) : IStoreConnector
{
    /// <inheritdoc/>
    public Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel) => throw new NotSupportedException(directory);
}
