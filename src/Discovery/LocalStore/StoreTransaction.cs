namespace XenLoop.Discovery;

/// <summary>An open transaction: a tree of its own since the start.</summary>
/// <param name="start">The store's tree at the start; still the store's at the end, or the commit fails.</param>
internal sealed class StoreTransaction(StoreTree start)
{
    /// <summary>The store's tree at the start.</summary>
    public StoreTree Start { get; } = start;

    /// <summary>The transaction's tree, with the changes so far.</summary>
    public StoreTree Tree { get; private set; } = start;

    /// <summary>Changed paths, for the watches if the transaction commits.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes in a change; a transaction may touch no more paths than a guest may have nodes.</summary>
    public StoreStatus Record(string path, StoreTree tree)
    {
        if (Changed.Count >= StoreQuota.Nodes && !Changed.Contains(path))
        {
            return StoreStatus.QuotaExceeded;
        }

        Changed.Add(path);
        Tree = tree;
        return StoreStatus.Ok;
    }
}
