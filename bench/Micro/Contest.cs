using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace XenLoop.Micro;

/// <summary>
/// The ring against the C and C++ queues that Debian packages, and against memcpy: all contenders of a discipline take turns, round
/// after round, so that whatever else the machine does hits them alike.
/// </summary>
/// <remarks>
/// <code>
///   CPU 0                              CPU 1
///   private buffer --copy--> queue --copy--> private buffer      (queues)
///   buffer --copy--> buffer                                      (memcpy: one thread, one copy)
/// </code>
/// </remarks>
internal static class Contest
{
    public const int ProducerCpu = 0;
    public const int ConsumerCpu = 1;

    private const int Rounds = 11;
    private const int RingBytes = 1 << 20;
    private const int SmallBytes = 64;
    private const int LargeBytes = 65_536;
    private const long SmallRecordsPerBatch = 1_000_000;
    private const long LargeRecords = 20_000;

    /// <summary>Runs all disciplines, prints the tables, writes the samples to out/bench/queues.json.</summary>
    public static int Run()
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.WriteLine("The contest needs two CPUs: one for the producer, one for the consumer.");
            return 1;
        }

        string? rte = NativeProgram.TryBuild("rte_ring.c", "gcc libdpdk-dev pkg-config", [.. NativeProgram.CompilerFlags("libdpdk"), "-lrte_ring", "-lrte_eal"]);
        string? boost = NativeProgram.TryBuild("boost_spsc.cpp", "g++ libboost-dev");
        string? memcpy = NativeProgram.TryBuild("memcpy.c", "gcc");
        JsonObject results = new() { ["machine"] = Machine.Describe(), ["runtime"] = $".NET {Environment.Version}, JIT, fully optimised", ["rounds"] = Rounds };
        Console.WriteLine($"\n{Machine.Describe()}\n.NET {Environment.Version}, JIT, fully optimised; medians (and best) of {Rounds} interleaved rounds\n");
        foreach (int batch in (int[])[1, 8, 32])
        {
            // About as long a run for each batch size.
            long records = SmallRecordsPerBatch * Math.Min(batch, 8);
            using RingContender ring = new("XenLoop ring", RingBytes, records, SmallBytes, batch);
            List<Contender> contenders = [ring];
            Enter(contenders, "DPDK rte_ring SP/SC", rte, records, batch, RingBytes / SmallBytes, ProducerCpu, ConsumerCpu);
            Enter(contenders, "Boost spsc_queue", boost, records, batch, RingBytes / SmallBytes, ProducerCpu, ConsumerCpu);
            results[$"64 B, batch {batch}"] = Hold($"64-byte records, batches of {batch}", contenders, seconds => records / seconds / 1e6, "million/s");
        }

        using RingContender large = new("XenLoop ring: one copy in, one out, two CPUs", RingBytes, LargeRecords, LargeBytes, 1);
        List<Contender> copiers = [large];
        Enter(copiers, "memcpy: one copy, one CPU", memcpy, LargeRecords, LargeBytes, RingBytes, ProducerCpu);
        results["64 KB"] = Hold("64 KB records in a 1 MB ring, against copies between two 1 MB buffers", copiers, seconds => LargeRecords * (double)LargeBytes / seconds / 1e9, "GB/s");
        string path = Path.Combine(Repository.OutputDirectory, "queues.json");
        File.WriteAllText(path, results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Console.WriteLine($"Samples: {path}");
        return 0;
    }

    private static void Enter(List<Contender> contenders, string name, string? program, params long[] arguments)
    {
        if (program is not null)
        {
            contenders.Add(new NativeContender(name, program, arguments));
        }
    }

    private static JsonObject Hold(string title, List<Contender> contenders, Func<double, double> rate, string unit)
    {
        contenders.ForEach(contender => contender.Run());
        for (int round = 0; round < Rounds; round++)
        {
            contenders.ForEach(contender => contender.Samples.Add(contender.Run()));
        }

        Console.WriteLine(title);
        JsonObject samples = [];
        foreach (Contender contender in contenders)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {contender.Name,-46} {rate(contender.Median),8:F2} ({rate(contender.Best),8:F2}) {unit}   ring / this: {contender.Median / contenders[0].Median:F2} ({contender.Best / contenders[0].Best:F2})"));
            samples[contender.Name] = new JsonArray([.. contender.Samples.Select(sample => (JsonNode)sample)]);
        }

        Console.WriteLine();
        return samples;
    }
}
