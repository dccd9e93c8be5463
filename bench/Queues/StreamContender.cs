using XenLoop.Native;

namespace XenLoop.Queues;

/// <summary>What the kernel has for two processes: a pipe or a Unix stream socket, read and written a batch of records at a time.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="records">Per run.</param>
/// <param name="recordBytes">Of each.</param>
/// <param name="batch">Records per call.</param>
/// <param name="open">Makes the pair: descriptor to read from, descriptor to write to.</param>
internal sealed unsafe class StreamContender(string name, long records, int recordBytes, int batch, Func<(int Read, int Write)> open)
    : PairContender(name, records, recordBytes * batch)
{
    private (int Read, int Write) _ends;

    /// <summary>A pipe.</summary>
    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        return LibC.pipe2(ends, LibC.O_CLOEXEC) == 0 ? (ends[0], ends[1]) : throw new InvalidOperationException($"pipe2: {Errno.Describe(LibC.LastError)}");
    }

    /// <summary>A pair of connected Unix sockets.</summary>
    public static (int Read, int Write) Socket()
    {
        int* ends = stackalloc int[2];
        return LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0, ends) == 0
            ? (ends[0], ends[1])
            : throw new InvalidOperationException($"socketpair: {Errno.Describe(LibC.LastError)}");
    }

    protected override void Open() => _ends = open();

    protected override void Close()
    {
        _ = LibC.close(_ends.Read);
        _ = LibC.close(_ends.Write);
    }

    protected override void Produce()
    {
        for (long left = records * recordBytes; left > 0;)
        {
            left -= Check(LibC.write(_ends.Write, Source, (nuint)Math.Min(left, (long)recordBytes * batch)));
        }
    }

    protected override void Consume()
    {
        for (long left = records * recordBytes; left > 0;)
        {
            left -= Check(LibC.read(_ends.Read, Target, (nuint)Math.Min(left, (long)recordBytes * batch)));
        }
    }

    private long Check(nint result) => result > 0 ? result : throw new InvalidOperationException($"{Name}: {Errno.Describe(LibC.LastError)}");
}
