using System.Runtime.InteropServices;
using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

public sealed class StopSignalsTests
{
    [Fact]
    public void A_signal_cancels()
    {
        using var signals = new StopSignals();
        signals.Stop(new PosixSignalContext(PosixSignal.SIGTERM), exitCode: 143);
        Assert.True(signals.Token.IsCancellationRequested);
        Assert.False(signals.Overdue.IsCompleted);
    }

    /// <summary>The runtime calls on a thread of its own, for which nobody waits: what it threw there ended the process by SIGABRT.</summary>
    [Fact]
    public void A_signal_that_comes_with_the_end_does_no_harm()
    {
        var signals = new StopSignals();
        signals.Dispose();
        signals.Stop(new PosixSignalContext(PosixSignal.SIGTERM), exitCode: 143);
    }
}
