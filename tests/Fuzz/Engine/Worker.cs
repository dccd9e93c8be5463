using System.Diagnostics;
using System.Globalization;
using XenLoop.Fuzz.Coverage;

namespace XenLoop.Fuzz.Engine;

/// <summary>Runs one target for a while, in a process and an <see cref="InstrumentedContext"/> of its own: a fault may end the process.</summary>
internal sealed class Worker : IDisposable
{
    /// <summary>Exit code: an execution did not end.</summary>
    public const int Hung = 3;

    /// <summary>An execution that takes so much processor time does not end.</summary>
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(20);

    /// <summary>Nor does one that waits for so long. Where others have the processors (see <c>fuzz_meanwhile</c> of build.sh), this process may stand still for a while.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(180);

    private readonly FuzzTarget _target;
    private readonly WorkerOrder _order;
    private readonly CurrentInput _current;
    private readonly GuardedBuffer _buffer;
    private readonly Corpus _corpus = new();
    private readonly HashSet<string> _faults = [];
    private long _executions;
    private long _startedAt;

    private Worker(FuzzTarget target, WorkerOrder order)
    {
        _target = target;
        _order = order;
        _current = new CurrentInput(Path.Combine(order.Directory, WorkerOrder.CurrentName), target.LongestInput);
        _buffer = new GuardedBuffer(target.LongestInput);
        CoverageMap.TellsEdges = !target.UsesThreads;
    }

    /// <summary>Entry point within the instrumented context.</summary>
    /// <param name="order">See <see cref="WorkerOrder"/>.</param>
    /// <param name="tokens">What inputs are made of.</param>
    /// <returns>One line of results, <see cref="WorkerResult"/>.</returns>
    public static string Start(string order, byte[][] tokens)
    {
        WorkerOrder parsed = WorkerOrder.Parse(order);
        FuzzTarget target = Catalogue.Find(parsed.Target) ?? throw new ArgumentException($"There is no target {parsed.Target}.", nameof(order));
        using var worker = new Worker(target, parsed);
        return worker.Work(tokens).ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Dispose();
        _buffer.Dispose();
    }

    private WorkerResult Work(byte[][] tokens)
    {
        new Thread(WatchForHangs) { IsBackground = true, Name = "hang watch" }.Start();
        foreach (byte[] input in _target.Seeds().Concat(FuzzFiles.ReadAll(FuzzFiles.Corpus(_target.Name))).Concat(FuzzFiles.ReadAll(FuzzFiles.Regressions(_target.Name))))
        {
            Execute(input.Length <= _target.LongestInput ? input : input[.._target.LongestInput]);
        }

        int known = _corpus.Edges;
        var random = new Random(_order.Seed);
        var mutator = new Mutator(random, tokens, _target.LongestInput);
        var time = Stopwatch.StartNew();
        long before = _executions;
        while (time.Elapsed.TotalSeconds < _order.Seconds && _faults.Count < WorkerOrder.MostFaults)
        {
            // Half of the time one of the newest: what was found last leads on most often.
            int count = _corpus.Count;
            int index = count == 0 ? -1 : random.Next(2) == 0 ? random.Next(count) : count - 1 - random.Next(Math.Min(count, 16));
            byte[] input = index < 0 ? [] : _corpus[index];
            byte[] other = index < 0 ? [] : _corpus[random.Next(count)];
            Execute(mutator.Mutate(input, other));
        }

        double rate = (_executions - before) / Math.Max(time.Elapsed.TotalSeconds, 0.001);
        foreach (byte[] input in _order.KeepCorpus ? _corpus.Minimised() : [])
        {
            FuzzFiles.Write(Path.Combine(_order.Directory, WorkerOrder.CorpusName), "", input);
        }

        return new WorkerResult(_executions, rate, known, _corpus.Edges, _corpus.Count, _faults.Count);
    }

    private void Execute(byte[] input)
    {
        _current.Write(input);
        ReadOnlySpan<byte> guarded = _buffer.Place(input);
        CoverageMap.Reset();
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _target.Run(guarded);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

            // The first executions also pay for what exists once.
            InvariantException.Unless(allocated <= _target.MostAllocated || _executions < 100, $"An input of {input.Length} bytes made the target allocate {allocated} bytes.");
        }
        catch (Exception fault)
        {
            Report(input, fault);
        }

        Volatile.Write(ref _startedAt, 0);
        _executions++;
        _corpus.TryAdd(input);
    }

    /// <summary>Keeps one input for each place that a fault comes from.</summary>
    private void Report(byte[] input, Exception fault)
    {
        string where = string.Join('\n', fault.ToString().Split('\n').Where(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal)).Take(2));
        if (_faults.Add(fault.GetType() + where))
        {
            string path = FuzzFiles.Write(Path.Combine(_order.Directory, WorkerOrder.FaultsName), "", input);
            File.WriteAllText(path + ".txt", fault.ToString());
        }
    }

    private void WatchForHangs()
    {
        long watched = 0;
        TimeSpan usedBefore = TimeSpan.Zero;
        while (true)
        {
            Thread.Sleep(500);
            long started = Volatile.Read(ref _startedAt);
            TimeSpan used = Environment.CpuUsage.TotalTime;
            if (started != watched)
            {
                (watched, usedBefore) = (started, used);
            }
            else if (started != 0 && (used - usedBefore > BusyLimit || Stopwatch.GetElapsedTime(started) > WaitLimit))
            {
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Execution {_executions} did not end within {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, {(used - usedBefore).TotalSeconds:F0} s of them computing."));
                Environment.Exit(Hung);
            }
        }
    }
}
