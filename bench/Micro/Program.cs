using BenchmarkDotNet.Running;
using XenLoop.Micro;

// Without arguments: everything. Otherwise BenchmarkDotNet's own arguments.
if (args is [])
{
    BenchmarkRunner.Run([typeof(RingBenchmarks), typeof(PacketBenchmarks), typeof(VerdictBenchmarks), typeof(DoorbellBenchmarks)], new BenchmarkConfig());
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(args, new BenchmarkConfig());
}
