using System.Buffers.Text;
using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>The scheduling class of the thread that makes and uses it: <c>SCHED_BATCH</c>, as long as <see cref="BatchPolicy"/> is for it.</summary>
/// <remarks>
/// A thread that preempts the sender at each packet costs two context switches per packet; a batch thread waits for its turn
/// (check_preempt_wakeup_fair in kernel/sched/fair.c), and then finds several.
/// </remarks>
internal sealed unsafe class SchedulingClass : IDisposable
{
    /// <summary>Bytes of what the kernel reports: three numbers of 20 digits at most, and blanks.</summary>
    private const int ReportBytes = 64;

    /// <summary>
    /// Nanoseconds of the slice that is asked for outside of that class. Whoever asks for a shorter slice than the one who runs preempts him when woken; with
    /// the same one he may have to wait for that one's end (check_preempt_wakeup_fair; slices can be asked for since Linux 6.12).
    /// </summary>
    private const ulong ShortSliceNanoseconds = 100_000;

    private readonly BatchPolicy _policy = new();
    private readonly FileDescriptor _report;
    private ulong _waited;
    private ulong _ran;
    private ulong _packets;

    /// <summary>Makes the calling thread one of <c>SCHED_BATCH</c>; no harm where that is refused.</summary>
    public SchedulingClass()
    {
        _report = FileDescriptor.Open("/proc/thread-self/schedstat", LibC.O_RDONLY);
        Set(batch: true);
    }

    /// <summary>True while the thread is one of <c>SCHED_BATCH</c>, or would be if that were not refused.</summary>
    public bool Batch => _policy.Batch;

    /// <summary>Takes note of a turn of the loop, and changes the class if that is better for the traffic.</summary>
    public void TakeTurn(List<PeerPort> ports)
    {
        if (!_policy.TakeTurn())
        {
            return;
        }

        ulong packets = 0;
        foreach (PeerPort port in ports)
        {
            packets += port.Counters.Packets;
        }

        (ulong ran, ulong waited) = ReadTimes();

        // Packets of a peer that has left since are missing: a huge difference, which is taken for a stream.
        if (_policy.Judge(waited - _waited, ran - _ran, packets - _packets))
        {
            Set(_policy.Batch);
        }

        _waited = waited;
        _ran = ran;
        _packets = packets;
    }

    /// <inheritdoc/>
    public void Dispose() => _report.Dispose();

    private static void Set(bool batch)
    {
        sched_attr attributes;

        // Any other class, a real-time one for instance, is a choice of the user's (chrt, CPUSchedulingPolicy=), which wins.
        if (LibC.sched_getattr(0, &attributes) == 0 && attributes.sched_policy is LibC.SCHED_OTHER or LibC.SCHED_BATCH)
        {
            attributes.sched_policy = batch ? LibC.SCHED_BATCH : LibC.SCHED_OTHER;
            attributes.sched_runtime = batch ? 0u : ShortSliceNanoseconds;
            _ = LibC.sched_setattr(0, &attributes);
        }
    }

    /// <summary>
    /// Nanoseconds that the thread has run, and that it was ready to run without a processor: the first two numbers of <c>schedstat</c>
    /// (<c>proc_pid_schedstat</c> in <c>fs/proc/base.c</c>). Without that file always 0, and the class stays.
    /// </summary>
    private (ulong Ran, ulong Waited) ReadTimes()
    {
        byte* text = stackalloc byte[ReportBytes];
        nint length = _report.IsInvalid ? 0 : LibC.pread(_report.Number, text, ReportBytes, 0);
        var report = new ReadOnlySpan<byte>(text, (int)Math.Max(0, length));
        return Utf8Parser.TryParse(report, out ulong ran, out int digits)
            && digits < report.Length
            && Utf8Parser.TryParse(report[(digits + 1)..], out ulong waited, out _)
            ? (ran, waited)
            : default;
    }
}
