using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Toolchains.NativeAot;
using XenLoop.Benchmarks;

namespace XenLoop.Micro;

/// <summary>
/// In this process (BenchmarkDotNet would else generate a project for net9.0 and look for that runtime, where only a newer one is
/// installed), or in a program of its own that is compiled ahead of time, as the binary is; with the memory column.
/// </summary>
internal sealed class BenchmarkConfig : ManualConfig
{
    public BenchmarkConfig(bool aheadOfTime)
    {
        AddJob(aheadOfTime ? Job.ShortRun.WithToolchain(NativeAot()).WithId("NativeAOT") : Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub, JsonExporter.Full);
        ArtifactsPath = aheadOfTime ? Path.Combine(Repository.OutputDirectory, "aot") : Repository.OutputDirectory;

        // For those compiled ahead of time: all of BenchmarkDotNet is compiled with them, which takes two processors four minutes.
        BuildTimeout = TimeSpan.FromMinutes(30);
    }

    /// <summary>
    /// With the newest compiler that the SDK knows, from wherever this machine restores packages; the builder wants a feed besides, and an empty directory is one.
    /// To root whole assemblies, as is the default, ends in an InvalidCastException of ILC 9.0.20.
    /// </summary>
    private static IToolchain NativeAot() =>
        NativeAotToolchain.CreateBuilder()
            .UseNuGet("", Repository.OutputDirectory)
            .IlcOptimizationPreference("Size")
            .RootAllApplicationAssemblies(false)
            .IlcGenerateCompleteTypeMetadata(false)
            .TargetFrameworkMoniker("net" + AppContext.TargetFrameworkName!.Split('v')[^1])
            .DisplayName("NativeAOT")
            .ToToolchain();
}
