namespace XenLoop.Discovery;

/// <summary>Wakes one waiting loop; any number of settings before it looks count as one.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0);
    private int _set;

    /// <summary>Wakes the loop. Any thread.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
        {
            _semaphore.Release();
        }
    }

    /// <summary>Wakes the loop when a task ends, however.</summary>
    public void SetWhenDone(Task task) =>
        _ = task.ContinueWith((_, signal) => ((WakeSignal)signal!).Set(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Waits for the next setting.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        await _semaphore.WaitAsync(cancel).ConfigureAwait(false);

        // Before the loop looks around: whatever is set from here on wakes it once more.
        Interlocked.Exchange(ref _set, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();
}
