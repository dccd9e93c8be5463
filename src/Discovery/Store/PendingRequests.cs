namespace XenLoop.Discovery;

/// <summary>The requests of one connection that have no reply yet.</summary>
internal sealed class PendingRequests
{
    /// <summary>Most requests without a reply: a store that never answers is lost, and without a limit they would pile up here.</summary>
    public const int Maximum = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, PendingRequest> _pending = [];
    private uint _last;
    private bool _closed;

    /// <summary>Makes a request with an identifier of its own.</summary>
    /// <returns>Null: the connection is closed, or <paramref name="stuck"/>: too many wait already.</returns>
    public PendingRequest? Add(XenStoreMessage type, uint transaction, out bool stuck)
    {
        lock (_lock)
        {
            stuck = !_closed && _pending.Count >= Maximum;
            if (_closed || stuck)
            {
                return null;
            }

            PendingRequest request = new(++_last, type, transaction);
            _pending[request.Id] = request;
            return request;
        }
    }

    /// <summary>Takes a request out; null if there is none of that identifier.</summary>
    public PendingRequest? Take(uint id)
    {
        lock (_lock)
        {
            _pending.Remove(id, out PendingRequest? request);
            return request;
        }
    }

    /// <summary>Takes no more, and ends those that wait.</summary>
    public void Close()
    {
        PendingRequest[] orphans;
        lock (_lock)
        {
            _closed = true;
            orphans = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (PendingRequest orphan in orphans)
        {
            orphan.Reply.TrySetResult(StoreStatus.ConnectionLost);
        }
    }
}
