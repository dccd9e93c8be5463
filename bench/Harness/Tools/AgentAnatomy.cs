using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Harness.Tools;

/// <summary>
/// Takes the agents' work apart, in three runs of the same traffic: undisturbed (wake-ups, doorbells and processor time, from counters
/// that run anyway), under <c>strace -c</c> (which calls; it slows all down, but calls per packet remain), and under <c>perf record</c>
/// (in which function of agent or kernel the time passes).
/// </summary>
internal static partial class AgentAnatomy
{
    /// <summary>Calls that are rarer than this per packet are summed up.</summary>
    private const double FewestCalls = 0.005;

    /// <summary>So many functions are named; the others are summed up.</summary>
    private const int NamedFunctions = 14;

    /// <summary>Measures both agents together.</summary>
    /// <param name="path">The fast path.</param>
    /// <param name="seconds">Length of each of the three runs.</param>
    /// <param name="traffic">Makes the traffic, for some seconds.</param>
    public static IReadOnlyList<Reading> Measure(FastPath path, int seconds, Action<GuestPath, int> traffic) =>
        [.. Undisturbed(path, seconds, traffic), .. Calls(path, seconds, traffic), .. Functions(path, seconds, traffic)];

    /// <summary>Reads the table of <c>strace -c</c>: % time, seconds, usecs/call, calls, [errors,] syscall.</summary>
    public static IReadOnlyDictionary<string, long> ParseCalls(string table)
    {
        var calls = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string[] columns in table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (columns.Length is 5 or 6
                && columns[^1] != "total"
                && double.TryParse(columns[0], CultureInfo.InvariantCulture, out _)
                && long.TryParse(columns[3], CultureInfo.InvariantCulture, out long count))
            {
                calls[columns[^1]] = count;
            }
        }

        return calls.Count > 0 ? calls : throw new LabException($"strace -c printed no table:\n{table}");
    }

    /// <summary>Reads lines such as <c>12.34%  [k] copy_user_generic</c> of <c>perf report</c>: per cent and function, longest first.</summary>
    public static IReadOnlyList<(string Function, double Percent)> ParseFunctions(string report) =>
    [
        .. Line().Matches(report)
            .Select(m => ($"{(m.Groups["kind"].Value == "k" ? "kernel" : "agent")}: {m.Groups["name"].Value}", double.Parse(m.Groups["percent"].Value, CultureInfo.InvariantCulture)))
            .OrderByDescending(f => f.Item2),
    ];

    private static IEnumerable<Reading> Undisturbed(FastPath path, int seconds, Action<GuestPath, int> traffic)
    {
        Counters before = Counters.Read(path);
        traffic(path, seconds);
        Counters spent = Counters.Read(path) - before;
        return
        [
            Cost("agents: processor time per packet", 1e6 * spent.Seconds / spent.Packets, "µs"),
            Cost("agents: wait for a processor per packet", 1e6 * spent.Waited / spent.Packets, "µs"),
            Cost("agents: sleeps per packet", spent.Sleeps / spent.Packets, ""),
            Cost("agents: preemptions per packet", spent.Preemptions / spent.Packets, ""),
            Cost("doorbells per packet", spent.Doorbells / spent.Packets, ""),
            Cost("holds per packet", spent.Holds / spent.Packets, ""),
            new Reading("bytes per packet", spent.Bytes / spent.Packets, "B", Better.Higher),
        ];
    }

    private static IEnumerable<Reading> Calls(FastPath path, int seconds, Action<GuestPath, int> traffic)
    {
        Counters before = Counters.Read(path);
        string output = Path.Combine(path.Host.Directory, "strace");
        using (BackgroundProcess strace = BackgroundProcess.Start(["strace", "-c", "-f", "-q", "-o", output, .. path.Carriers.SelectMany(p => (string[])["-p", Tool.Text(p)])]))
        {
            Wait.Until(() => strace.HasExited || path.Carriers.All(p => Tracer(p) == strace.Id), TimeSpan.FromSeconds(10), "strace to attach", () => strace.Log);
            traffic(path, seconds);
            strace.Send(Signal.Interrupt);
            strace.WaitForExit(TimeSpan.FromSeconds(20));
        }

        double packets = (Counters.Read(path) - before).Packets;
        (string Name, double Each)[] calls = [.. ParseCalls(File.ReadAllText(output)).Select(c => (c.Key, c.Value / packets))];
        return
        [
            .. calls.Where(c => c.Each >= FewestCalls).OrderByDescending(c => c.Each).Select(c => Cost($"call: {c.Name}", c.Each, "")),
            Cost("call: others", calls.Where(c => c.Each < FewestCalls).Sum(c => c.Each), ""),
        ];
    }

    private static IEnumerable<Reading> Functions(FastPath path, int seconds, Action<GuestPath, int> traffic)
    {
        string output = Path.Combine(path.Host.Directory, "perf.data");
        string processes = string.Join(',', path.Carriers.Select(p => Tool.Text(p)));
        using (BackgroundProcess perf = BackgroundProcess.Start(["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-p", processes, "-o", output]))
        {
            Wait.Until(() => perf.HasExited || File.Exists(output), TimeSpan.FromSeconds(10), "perf to attach", () => perf.Log);
            traffic(path, seconds);
            perf.Send(Signal.Interrupt);
            perf.WaitForExit(TimeSpan.FromSeconds(20));
        }

        IReadOnlyList<(string Function, double Percent)> functions = ParseFunctions(
            Command.Run(["perf", "report", "--stdio", "-q", "-i", output, "--sort", "symbol", "--percent-limit", "0"]).Checked().Output);
        return
        [
            .. functions.Take(NamedFunctions).Select(f => Cost($"time: {f.Function}", f.Percent, "%")),
            Cost("time: others", functions.Skip(NamedFunctions).Sum(f => f.Percent), "%"),
        ];
    }

    private static Reading Cost(string metric, double value, string unit) => new(metric, value, unit, Better.Lower);

    private static int Tracer(int process) => int.Parse(
        File.ReadLines($"/proc/{Tool.Text(process)}/status").First(l => l.StartsWith("TracerPid:", StringComparison.Ordinal))[10..],
        CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*(?<percent>[\d.]+)%\s+\[(?<kind>[k.])\]\s+(?<name>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    /// <summary>Of both agents together, since their start.</summary>
    private readonly record struct Counters(double Packets, double Bytes, double Doorbells, double Holds, double Seconds, double Waited, double Sleeps, double Preemptions)
    {
        public static Counters operator -(Counters left, Counters right) => new(
            left.Packets - right.Packets,
            left.Bytes - right.Bytes,
            left.Doorbells - right.Doorbells,
            left.Holds - right.Holds,
            left.Seconds - right.Seconds,
            left.Waited - right.Waited,
            left.Sleeps - right.Sleeps,
            left.Preemptions - right.Preemptions);

        public static Counters Read(FastPath path)
        {
            SentStatus[] sent = [.. path.Statuses.SelectMany(s => s.Peers).Select(p => p.Sent)];
            string[] threads = [.. path.Carriers.SelectMany(p => Directory.GetDirectories($"/proc/{Tool.Text(p)}/task"))];
            return new Counters(
                sent.Sum(s => s.Packets),
                sent.Sum(s => s.Bytes),
                sent.Sum(s => s.Doorbells),
                sent.Sum(s => s.Holds),
                path.CarrierSeconds,
                threads.Sum(WaitedSeconds),
                threads.Sum(t => Switches(t, "voluntary_ctxt_switches:")),
                threads.Sum(t => Switches(t, "nonvoluntary_ctxt_switches:")));
        }

        /// <summary>Ready to run without a processor: the second number of <c>schedstat</c>, nanoseconds.</summary>
        private static double WaitedSeconds(string thread) => double.Parse(
            File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1],
            CultureInfo.InvariantCulture) / 1e9;

        private static double Switches(string thread, string key) => double.Parse(
            File.ReadLines(Path.Combine(thread, "status")).First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..],
            CultureInfo.InvariantCulture);
    }
}
