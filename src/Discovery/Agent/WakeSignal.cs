using System.Threading.Channels;

namespace XenLoop.Discovery;

/// <summary>Wakes one waiting loop; any number of settings before it looks count as one.</summary>
internal sealed class WakeSignal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(1);

    /// <summary>Wakes the loop. Any thread.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Wakes the loop when a task ends, however.</summary>
    public void SetWhenDone(Task task) =>
        _ = task.ContinueWith((_, signal) => ((WakeSignal)signal!).Set(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Waits for the next setting. Whatever is set after this returned wakes the loop once more.</summary>
    public async Task WaitAsync(CancellationToken cancel) => await _set.Reader.ReadAsync(cancel).ConfigureAwait(false);
}
