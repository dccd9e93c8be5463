using System.IO.Pipelines;

namespace XenLoop.Discovery.Tests;

/// <summary>A pipe's writer whose flush ends when the test says so, cancelled or not, as a write to a busy stream does.</summary>
public sealed class SlowPipeWriter : PipeWriter
{
    private readonly byte[] _buffer = new byte[8192];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FlushResult> _flush = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a flush waits.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Completes with the writer: true if no flush was under way then.</summary>
    public Task<bool> Completed => _completed.Task;

    public void EndFlush() => _flush.SetCanceled();

    public override void Advance(int bytes)
    {
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

    public override void CancelPendingFlush() => throw new NotSupportedException();

    public override void Complete(Exception? exception = null) => _completed.TrySetResult(!_begun.Task.IsCompleted || _flush.Task.IsCompleted);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _begun.TrySetResult();
        return new ValueTask<FlushResult>(_flush.Task);
    }
}
