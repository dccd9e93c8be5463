using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenLoop.Benchmarks;

namespace XenLoop.Queues;

/// <summary>
/// The ring against the C and C++ queues that Debian packages, pipes, Unix sockets, .NET's channels, and memcpy: all contenders of a discipline take turns, round
/// after round, so that whatever else the machine does hits them alike. Ratios are medians of each round's own ratio.
/// </summary>
/// <remarks>
/// <code>
///   CPU 0                              CPU 1
///   private buffer --copy--> queue --copy--> private buffer      (queues, handover)
///   private buffer --copy--> queue                               (ring on one CPU: both copies are counted)
///   private buffer &lt;--copy-- queue
///   buffer --copy--> buffer                                      (memcpy)
/// </code>
/// The ring does more than its rivals: records have lengths of their own, which the reader validates, and a side may sleep: each
/// publish and each release looks whether the other does, which takes a full barrier.
/// </remarks>
internal static class Contest
{
    public const int ProducerCpu = 0;
    public const int ConsumerCpu = 1;

    /// <summary>Pause instructions per turn of waiting on a full or empty queue, for every contender alike.</summary>
    public const int IdlePauses = 16;

    /// <summary>Records between two looks whether the other side sleeps, for the ring that shows what the look costs; the agent looks after each batch.</summary>
    private const int TurnRecords = 128;

    /// <summary>What takes a syscall or a lock per batch gets so much less to do, for a run of about the same length.</summary>
    private const int SlowerBy = 10;

    private const int Rounds = 15;
    private const int RingBytes = 1 << 20;
    private const int SmallBytes = 64;
    private const int LargeBytes = 65_536;
    private const long SmallRecordsPerBatch = 1_000_000;
    private const long LargeRecords = 20_000;
    private const double LargeTotal = (double)LargeRecords * LargeBytes;

    /// <summary>Runs all disciplines, prints the tables, writes the samples to out/micro/queues.json.</summary>
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
        string? handover = NativeProgram.TryBuild("handover.c", "gcc");
        string runtime = $".NET {Environment.Version}, {(RuntimeFeature.IsDynamicCodeSupported ? "JIT" : "NativeAOT, optimised as the binary is")}";
        JsonObject results = new() { ["machine"] = Machine.Describe(), ["runtime"] = runtime, ["unit"] = "records or bytes per second, one value per round" };
        Console.WriteLine($"\n{Machine.Describe()}\n{runtime}; medians (lowest to highest) of {Rounds} interleaved rounds\n");
        foreach (int batch in (int[])[1, 8, 32])
        {
            // About as long a run for each batch size.
            long records = SmallRecordsPerBatch * Math.Min(batch, 8);
            using RingContender ring = new("XenLoop ring, wake-up check for each batch", records, RingBytes, records, SmallBytes, batch, batch);
            using RingContender rarely = new($"XenLoop ring, wake-up check every {TurnRecords} records", records, RingBytes, records, SmallBytes, batch, TurnRecords);
            using StreamContender pipe = new("pipe", records / SlowerBy, SmallBytes, batch, StreamContender.Pipe);
            using StreamContender socket = new("Unix socket", records / SlowerBy, SmallBytes, batch, StreamContender.Socket);
            List<Contender> contenders = [ring, rarely, pipe, socket];
            using ChannelContender channel = new("System.Threading.Channels", records / SlowerBy, RingBytes / SmallBytes);
            if (batch == 1)
            {
                // It has no batches.
                contenders.Add(channel);
            }

            Enter(contenders, "DPDK rte_ring SP/SC", records, rte, records, batch, RingBytes / SmallBytes, ProducerCpu, ConsumerCpu);
            Enter(contenders, "Boost spsc_queue", records, boost, records, batch, RingBytes / SmallBytes, ProducerCpu, ConsumerCpu);
            results[$"64 B, batch {batch}"] = Hold($"64-byte records, batches of {batch}", contenders, 1e6, "million/s");
        }

        using RingContender large = new("XenLoop ring, two CPUs: in and out, payload", LargeTotal, RingBytes, LargeRecords, LargeBytes, 1, 1);
        List<Contender> pairs = [large];
        Enter(pairs, "bare handover in C, two CPUs: in and out, payload", LargeTotal, handover, LargeRecords, LargeBytes, RingBytes, ProducerCpu, ConsumerCpu);
        Enter(pairs, "memcpy, one CPU: one copy", LargeTotal, memcpy, LargeRecords, LargeBytes, RingBytes, ProducerCpu);
        results["64 KB, two CPUs"] = Hold("64 KB records in 1 MB, handed from CPU to CPU", pairs, 1e9, "GB/s");
        List<Contender> alone = [new RingAloneContender("XenLoop ring, one CPU: in and out, both counted", RingBytes, LargeRecords, LargeBytes)];
        Enter(alone, "memcpy, one CPU: one copy", LargeTotal, memcpy, LargeRecords, LargeBytes, RingBytes, ProducerCpu);
        results["64 KB, one CPU"] = Hold("64 KB records in 1 MB, on one CPU: the ring's own cost", alone, 1e9, "GB/s");
        string path = Path.Combine(Repository.OutputDirectory, "queues.json");
        File.WriteAllText(path, results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Console.WriteLine($"Samples: {path}");
        return 0;
    }

    private static void Enter(List<Contender> contenders, string name, double work, string? program, params long[] arguments)
    {
        if (program is not null)
        {
            contenders.Add(new NativeContender(name, work, program, arguments));
        }
    }

    private static JsonObject Hold(string title, List<Contender> contenders, double scale, string unit)
    {
        for (int round = 0; round < Rounds; round++)
        {
            contenders.ForEach(contender => contender.Compete());
        }

        Console.WriteLine(title);
        JsonObject samples = [];
        Contender ours = contenders[0];
        foreach (Contender contender in contenders)
        {
            double ratio = Median(ours.Rates.Zip(contender.Rates, (mine, theirs) => mine / theirs));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {contender.Name,-50} {Median(contender.Rates) / scale,8:F2} {unit} ({contender.Rates.Min() / scale:F2} to {contender.Rates.Max() / scale:F2})   ring / this: {ratio:F2}"));
            samples[contender.Name] = new JsonArray([.. contender.Rates.Select(rate => (JsonNode)rate)]);
        }

        Console.WriteLine();
        return samples;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
