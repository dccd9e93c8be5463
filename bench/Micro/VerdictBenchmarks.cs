using BenchmarkDotNet.Attributes;
using XenLoop.Netlink.Queue;

namespace XenLoop.Micro;

/// <summary>
/// Verdicts written down, and the batch sent into a descriptor that does not exist: the encoding, and a bare syscall for each batch.
/// </summary>
public class VerdictBenchmarks
{
    private const int NoDescriptor = -1;
    private readonly VerdictBatch _verdicts = new(NoDescriptor, 7001);

    /// <summary>Packets per batch.</summary>
    [Params(1, 8, 64)]
    public int Batch { get; set; }

    /// <summary>One message for all of them.</summary>
    [Benchmark]
    public void AllDropped()
    {
        for (uint i = 0; i < Batch; i++)
        {
            _verdicts.Add(i, Verdict.Drop, 1500);
        }

        _verdicts.Flush();
    }

    /// <summary>The worst: a message each.</summary>
    [Benchmark]
    public void InTurn()
    {
        for (uint i = 0; i < Batch; i++)
        {
            _verdicts.Add(i, i % 2 == 0 ? Verdict.Drop : Verdict.Accept, 1500);
        }

        _verdicts.Flush();
    }
}
