using System.Diagnostics;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Overload;

/// <summary>Where scenarios happen: the same machine twice, with XenLoop and without.</summary>
internal sealed class Stage : IDisposable
{
    private const int FirstPort = 20000;
    private const int Ports = 10000;

    private readonly OverloadOptions _options;
    private readonly Machine[] _machines;
    private int _ports;

    /// <summary>Builds both.</summary>
    public Stage(OverloadOptions options)
    {
        _options = options;
        Random = new Random(options.Seed);
        var standard = new Machine(PathKind.Standard);
        try
        {
            _machines = [standard, new Machine(PathKind.Fast)];
            Memory = new MemoryWatch(Fast);
        }
        catch
        {
            standard.Dispose();
            throw;
        }
    }

    /// <summary>Decides what is left open.</summary>
    public Random Random { get; }

    /// <summary>How many flows where there are many.</summary>
    public int Flows => _options.Flows;

    /// <summary>The machine with XenLoop.</summary>
    public Machine Fast => _machines[1];

    /// <summary>Looks at its agents.</summary>
    public MemoryWatch Memory { get; } = null!;

    /// <summary>Each machine once in each round, every round in another order: whatever else this computer does befalls both.</summary>
    public IEnumerable<Machine> InTurn()
    {
        int first = Random.Next(_machines.Length);
        for (int round = 0; round < _options.Rounds; round++)
        {
            yield return _machines[(first + round) % _machines.Length];
            yield return _machines[(first + round + 1) % _machines.Length];
        }
    }

    /// <summary>A port that no earlier measurement used.</summary>
    public int NextPort() => FirstPort + (_ports++ % Ports);

    /// <summary>Lets this many times the length of a measurement pass.</summary>
    public void Pass(double measurements) => Thread.Sleep(TimeSpan.FromSeconds(_options.Seconds * measurements));

    /// <summary>Asks all agents for their status, if there are any, and notes the longest time that one took. <c>xenloop status</c> itself gives up after 5 s without an answer.</summary>
    public void AskAgents(Machine machine, Findings findings)
    {
        foreach (Guest guest in machine.Colony is null ? [] : machine.Host.Guests)
        {
            long start = Stopwatch.GetTimestamp();
            CommandResult result = XenLoopBinary.Run("status", "--directory", machine.Host.Directory, "--name", guest.Name);
            findings.LongestAnswer = Math.Max(findings.LongestAnswer, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            findings.Demand(result.ExitCode == 0, $"guest {guest.Name}'s agent did not answer: {result.Error}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Memory.Dispose();
        Array.ForEach(_machines, m => m.Dispose());
    }
}
