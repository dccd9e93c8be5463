using BenchmarkDotNet.Running;
using XenLoop.Micro;

// Without arguments: everything. "queues": only the contest with other queues. Otherwise BenchmarkDotNet's own arguments.
if (args is [] or ["queues"])
{
    if (args is [])
    {
        BenchmarkRunner.Run([typeof(RingBenchmarks), typeof(PacketBenchmarks), typeof(VerdictBenchmarks), typeof(DoorbellBenchmarks)], new BenchmarkConfig());
    }

    return Contest.Run();
}

BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(args, new BenchmarkConfig());
return 0;
