using System.Diagnostics;
using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Chaos;

/// <summary>Strikes one fault after the other and looks at what must hold.</summary>
internal sealed class ChaosRun : IDisposable
{
    /// <summary>IP and UDP header: what a datagram takes in a ring at least, besides its content.</summary>
    private const int HeaderBytes = 28;

    /// <summary>What an agent's queue holds at most (<c>QueueOptions.MaxPackets</c>).</summary>
    private const int QueuePackets = 4096;

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);
    private readonly Scene _scene;
    private readonly Traffic _traffic;
    private readonly Action<string> _log;
    private readonly List<Holdings> _holdings;
    private readonly long _ringBytes;

    /// <summary>Builds the scene and starts its traffic.</summary>
    public ChaosRun(int seed, Action<string> log)
    {
        _log = log;
        _scene = new Scene(new Random(seed));
        try
        {
            _traffic = new Traffic(_scene);
            _traffic.BeginDatagrams();
            FastPath.Await(_scene, Scene.Patience);
            _traffic.EndDatagrams();
            _ringBytes = _scene.Host.Guests.SelectMany(g => _scene.Colony[g].Status().Peers).Max(p => p.RingBytes);

            // All hold the same, but for one that looks at its rules just now, by a program with pipes.
            List<Holdings> holdings = [];
            Wait.Until(() => (holdings = ReadHoldings()).Distinct().Count() == 1, s_settling, "all agents to hold the same");
            _holdings = holdings;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whole rounds of all <paramref name="faults"/>, each in an order of its own, until <paramref name="time"/> has passed or an invariant was broken.</summary>
    public IReadOnlyList<StrikeResult> Strike(IReadOnlyList<Fault> faults, TimeSpan time)
    {
        List<StrikeResult> results = [];
        long start = Stopwatch.GetTimestamp();
        Fault[] round = [.. faults];
        do
        {
            _scene.Random.Shuffle(round);
            foreach (Fault fault in round)
            {
                StrikeResult result = Strike(fault);
                results.Add(result);
                Tell(result, Stopwatch.GetElapsedTime(start));
                if (result.Broken.Count > 0)
                {
                    return results;
                }
            }
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return results;
    }

    /// <summary>Orderly stops and starts; afterwards the agents must hold what they held before.</summary>
    public SwitchResult SwitchOver(int cycles, int streamRate)
    {
        SwitchResult result = new SwitchOver(_scene, _log).Run(cycles, streamRate > 0 ? (long)streamRate << 20 : long.MaxValue);
        List<string> broken = [.. result.Broken];
        Try(broken, CheckHoldings);
        return result with { Broken = broken };
    }

    /// <summary>Ends the connections, which must be whole, and all agents, which must leave nothing.</summary>
    /// <returns>What is not so.</returns>
    public IReadOnlyList<string> End()
    {
        List<string> broken = [];
        Try(broken, () => _log($"          {_traffic.CompleteConnections() >> 20} MB came over the connections that lived from the beginning to the end"));
        broken.AddRange(Departure.Check(_scene));
        return broken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Null if the constructor threw.
        _traffic?.Dispose();
        _scene.Dispose();
    }

    private StrikeResult Strike(Fault fault)
    {
        List<string> broken = [];
        _traffic.BeginDatagrams();
        IReadOnlyDictionary<(Guest, Guest), long> before = _traffic.Sent();
        Wound wound = new(LossBound.Nothing, null, "");
        TimeSpan fastAfter = TimeSpan.Zero;
        TimeSpan streamPause = TimeSpan.Zero;
        IReadOnlyDictionary<(Guest, Guest), long> after = before;
        Try(broken, () =>
        {
            wound = fault.Strike(_scene);
            after = _traffic.Sent();
            fastAfter = FastPath.Await(_scene, Scene.Patience);
            fault.TakeAway();
            _traffic.AwaitDatagrams();
        });
        Try(broken, () => streamPause = _traffic.CheckConnections());
        var reports = _traffic.EndDatagrams();
        long allowed = 0;
        foreach ((Guest from, Guest to, int length, UdpReport report) in reports)
        {
            long bound = from == wound.Victim || to == wound.Victim
                ? Allowed(wound.Bound, length, after[(from, to)] - before[(from, to)])
                : 0;
            allowed += bound;
            Judge(broken, $"{from.Name} to {to.Name}", report, bound);
        }

        Try(broken, CheckHoldings);
        return new StrikeResult(
            fault.Name,
            wound.Detail,
            reports.Sum(r => r.Report.Sent),
            reports.Sum(r => r.Report.Lost),
            allowed,
            reports.Sum(r => r.Report.Reordered),
            reports.Max(r => r.Report.LongestPause).TotalMilliseconds,
            streamPause.TotalMilliseconds,
            fastAfter.TotalMilliseconds,
            broken);
    }

    private static void Judge(List<string> broken, string direction, UdpReport report, long allowed)
    {
        if (report.Lost > allowed)
        {
            broken.Add($"{direction}: {report.Lost} of {report.Sent} datagrams were lost, {allowed} might have been");
        }

        if (report.Repeated > 0 || report.Damaged > 0)
        {
            broken.Add($"{direction}: {report.Repeated} datagrams came twice, {report.Damaged} damaged");
        }
    }

    private static void Try(List<string> broken, Action work)
    {
        try
        {
            work();
        }
        catch (LabException error)
        {
            broken.Add(error.Message);
        }
    }

    private long Allowed(LossBound bound, int length, long sentMeanwhile) => bound switch
    {
        LossBound.Nothing => 0,
        LossBound.Rings => (_ringBytes / (length + HeaderBytes)) + QueuePackets,
        LossBound.Outage => (_ringBytes / (length + HeaderBytes)) + QueuePackets + sentMeanwhile,
        _ => throw new ArgumentOutOfRangeException(nameof(bound)),
    };

    private List<Holdings> ReadHoldings() => [.. _scene.Host.Guests.Select(g => Holdings.Read(g, _scene.Agent(g).Id))];

    private void CheckHoldings()
    {
        List<Holdings> now = [];
        Wait.Until(
            () => (now = ReadHoldings()).SequenceEqual(_holdings),
            s_settling,
            "the agents to hold what they held before",
            () => string.Join('\n', _scene.Host.Guests.Select((g, i) => $"{g.Name}: {_holdings[i]} has become {now[i]}")));
    }

    private void Tell(StrikeResult result, TimeSpan at)
    {
        _log(string.Create(
            CultureInfo.InvariantCulture,
            $"{at.TotalSeconds,6:0.0} s  {result.Kind,-20} {result.Detail,-34} lost {result.Lost} of {result.Sent}, reordered {result.Reordered}, pause UDP {result.DatagramPause:0} TCP {result.StreamPause:0} ms, fast again after {result.FastAfter:0} ms"));
        foreach (string broken in result.Broken)
        {
            _log($"          BROKEN: {broken}");
        }
    }
}
