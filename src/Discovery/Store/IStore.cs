using System.Collections.Immutable;

namespace XenLoop.Discovery;

/// <summary>
/// One connection to a store with XenStore's model: a tree of small values with permissions per domain, and watches.
/// Paths that do not start with <c>/</c> are below the caller's own <c>/local/domain/&lt;domid&gt;/</c>.
/// </summary>
/// <remarks>Every request ends within the connection's time limit; none throws for what the store or the network did.</remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>Reads a node's value, at most <see cref="XenStoreWire.MaximumPayload"/> bytes.</summary>
    Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, CancellationToken cancel);

    /// <summary>Sets a node's value, making it and missing parents.</summary>
    Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancel);

    /// <summary>Removes a node and all below it.</summary>
    Task<StoreStatus> RemoveAsync(string path, CancellationToken cancel);

    /// <summary>Removes a node if none is below it, in a transaction: whatever somebody makes there at the same moment stays.</summary>
    /// <returns>Ok: removed. Exists: something is below it. TryAgain: somebody else wrote there meanwhile.</returns>
    Task<StoreStatus> RemoveEmptyAsync(string path, CancellationToken cancel);

    /// <summary>Makes a node with an empty value, and missing parents, unless it is there already.</summary>
    Task<StoreStatus> MakeDirectoryAsync(string path, CancellationToken cancel);

    /// <summary>The names of a node's children.</summary>
    Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, CancellationToken cancel);

    /// <summary>Replaces a node's permissions; the first entry is the owner's.</summary>
    Task<StoreStatus> SetPermissionsAsync(string path, ImmutableArray<StorePermission> permissions, CancellationToken cancel);

    /// <summary>A node's permissions.</summary>
    Task<StoreResult<ImmutableArray<StorePermission>>> GetPermissionsAsync(string path, CancellationToken cancel);

    /// <summary>Asks for events at and below a path. Whether a first event comes at once differs between stores: read the node after this.</summary>
    Task<StoreStatus> WatchAsync(string path, string token, CancellationToken cancel);

    /// <summary>Ends a watch. Events already under way may still arrive.</summary>
    Task<StoreStatus> UnwatchAsync(string path, string token, CancellationToken cancel);

    /// <summary>The next event; null when the connection is lost. One reader at a time.</summary>
    ValueTask<StoreEvent?> NextEventAsync(CancellationToken cancel);

    /// <summary>Completes, never faulted, when the connection is lost; the text says why.</summary>
    Task<string> Lost { get; }
}
