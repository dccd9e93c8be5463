using System.Collections.Immutable;
using System.Text;

namespace XenLoop.Discovery;

/// <summary>Reads nodes that may be missing, and keeps apart that they are from a store that could not say.</summary>
internal sealed class NodeReader(IStore store)
{
    /// <summary>How the last request ended that told nothing, because the store could not answer; Ok if each told something.</summary>
    public StoreStatus Trouble { get; private set; }

    /// <summary>A node's value; null if there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(path, cancel).ConfigureAwait(false);
        Note(value.Status);

        // A null without its type would be taken for an empty value.
        return value.IsOk ? value.Value : (ReadOnlyMemory<byte>?)null;
    }

    /// <summary>A node's value as text; null if there is none.</summary>
    public async Task<string?> ReadTextAsync(string path, CancellationToken cancel) =>
        await ReadAsync(path, cancel).ConfigureAwait(false) is { } value ? Encoding.Latin1.GetString(value.Span) : null;

    /// <summary>A node's children; none if there is no node.</summary>
    public async Task<ImmutableArray<string>> ListAsync(string path, CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(path, cancel).ConfigureAwait(false);
        Note(names.Status);
        return names.IsOk ? names.Value : [];
    }

    private void Note(StoreStatus status)
    {
        if (status is not (StoreStatus.Ok or StoreStatus.NotFound or StoreStatus.AccessDenied))
        {
            Trouble = status;
        }
    }
}
