namespace XenLoop.Discovery;

/// <summary>
/// Watch events between their source and a reader that may be slow. An event that waits already is not queued twice, so that
/// whoever rewrites one node in a loop costs the reader one event; too many different ones collapse into <see cref="StoreEvent.Overflow"/>.
/// </summary>
/// <param name="capacity">Most events that may wait.</param>
internal sealed class StoreEventQueue(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<StoreEvent> _waiting = new();
    private readonly HashSet<StoreEvent> _present = [];
    private TaskCompletionSource? _reader;
    private bool _completed;

    /// <summary>Adds an event. Any thread.</summary>
    /// <returns>False: there were too many, and all became one overflow.</returns>
    public bool Add(StoreEvent item)
    {
        item = item.Token.StartsWith(StoreEvent.NodeToken) ? item with { Path = string.Empty } : item;
        lock (_lock)
        {
            if (_completed || !_present.Add(item))
            {
                return true;
            }

            bool fits = _waiting.Count < capacity;
            if (!fits)
            {
                _waiting.Clear();
                _present.Clear();
                _present.Add(StoreEvent.Overflow);
                item = StoreEvent.Overflow;
            }

            _waiting.Enqueue(item);
            Signal();
            return fits;
        }
    }

    /// <summary>No more events; the reader gets those that wait, then null.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Signal();
        }
    }

    /// <summary>The next event, or null after <see cref="Complete"/>. One reader at a time.</summary>
    public async ValueTask<StoreEvent?> NextAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task added;
            lock (_lock)
            {
                if (_waiting.TryDequeue(out StoreEvent item))
                {
                    _present.Remove(item);
                    return item;
                }

                if (_completed)
                {
                    return null;
                }

                _reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                added = _reader.Task;
            }

            await added.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private void Signal()
    {
        _reader?.TrySetResult();
        _reader = null;
    }
}
