using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>Turns SIGINT, SIGTERM and a lost terminal's SIGHUP into a wish to stop. Stopping may take a while; the process ends all the same when that is over.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Longest time that stopping may take: more than the slowest part, the firewall's rules, may take (<c>RuleKeeper</c>); less than the units allow (TimeoutStopSec).</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(12);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<int> _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration? _hangUp;
    private Timer? _limit;

    /// <summary>Begins to listen for signals.</summary>
    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, exitCode: 130));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, exitCode: 143));
        _hangUp = SignalDisposition.IsIgnored(LibC.SIGHUP) ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Stop(context, exitCode: 129));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Completes, with the shell's exit code for the signal, when stopping has taken too long.</summary>
    public Task<int> Overdue => _overdue.Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp?.Dispose();
        _limit?.Dispose();
        _stop.Dispose();
    }

    /// <summary>What a signal does: on a thread of its own, for which <see cref="Dispose"/> does not wait.</summary>
    internal void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        try
        {
            _limit ??= new Timer(_ => _overdue.TrySetResult(exitCode), null, StopLimit, Timeout.InfiniteTimeSpan);
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The program was about to end anyway.
        }
    }
}
