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
    /// <summary>Three numbers of 20 digits at most, and blanks.</summary>
    private const int ReportBytes = 64;

    private readonly BatchPolicy _policy = new();
    private readonly FileDescriptor _report;
    private ulong _waited;
    private ulong _packets;

    /// <summary>Makes the calling thread one of <c>SCHED_BATCH</c>; no harm where that is refused.</summary>
    public SchedulingClass()
    {
        fixed (byte* path = "/proc/thread-self/schedstat\0"u8)
        {
            _report = new FileDescriptor(LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC));
        }

        Set(batch: true);
    }

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

        ulong waited = ReadWaited();

        // Packets of a peer that has left since are missing: a huge difference, which is taken for a stream.
        if (_policy.Judge(waited - _waited, packets - _packets))
        {
            Set(_policy.Batch);
        }

        _waited = waited;
        _packets = packets;
    }

    /// <inheritdoc/>
    public void Dispose() => _report.Dispose();

    private static void Set(bool batch)
    {
        int noPriority = 0;
        _ = LibC.sched_setscheduler(0, batch ? LibC.SCHED_BATCH : LibC.SCHED_OTHER, &noPriority);
    }

    /// <summary>
    /// Nanoseconds that the thread was ready to run without a processor: the second number of <c>schedstat</c>
    /// (<c>proc_pid_schedstat</c> in <c>fs/proc/base.c</c>). Without that file always 0, and the class stays.
    /// </summary>
    private ulong ReadWaited()
    {
        byte* text = stackalloc byte[ReportBytes];
        nint length = _report.IsInvalid ? 0 : LibC.pread(_report.Number, text, ReportBytes, 0);
        var report = new ReadOnlySpan<byte>(text, (int)Math.Max(0, length));
        ReadOnlySpan<byte> waited = report[(report.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(waited, out ulong value, out _) ? value : 0;
    }
}
