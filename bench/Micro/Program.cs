using BenchmarkDotNet.Running;
using XenLoop.Micro;

// "aot" first: compiled ahead of time. Then BenchmarkDotNet's own arguments, or none for everything.
bool aheadOfTime = args is ["aot", ..];
string[] options = aheadOfTime ? args[1..] : args;
var config = new BenchmarkConfig(aheadOfTime);
if (options is [])
{
    BenchmarkRunner.Run([typeof(RingBenchmarks), typeof(PacketBenchmarks), typeof(VerdictBenchmarks), typeof(DoorbellBenchmarks)], config);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(options, config);
}
