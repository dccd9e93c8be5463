using System.Diagnostics;
using XenLoop.Lab;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.Chaos;

/// <summary>
/// Stops and starts agents in good order in the midst of traffic, again and again: nothing may be lost, and nothing may be left of an
/// agent that has gone, in its guest, in its peers or in the announcer.
/// </summary>
internal sealed class SwitchOver(Scene scene, Action<string> log)
{
    private const int DatagramRate = 5000;
    private const int DatagramLength = 1000;
    private const int FirstPort = 40000;
    private const int StageCycles = 10;

    /// <summary>A few MB of binary and rings, and a heap that is collected for the first time when it has some 15 MB.</summary>
    private const long MaximumResident = 40L << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly List<string> _broken = [];
    private readonly List<UdpReport> _datagrams = [];
    private int _ports;

    private Guest A => scene.Host["a"];

    private Guest B => scene.Host["b"];

    /// <summary>Some cycles, beside a TCP connection of so many bytes a second; the scene must have traffic in all directions.</summary>
    public SwitchResult Run(int cycles, long streamRate)
    {
        using var stream = new TcpStream(A, B, FirstPort, rate: streamRate);
        var meter = new TcpLossMeter(A, B);
        int done = 0;
        try
        {
            while (done < cycles)
            {
                int stage = Math.Min(StageCycles, cycles - done);
                RunStage(stage);
                done += stage;
                log($"          {done} of {cycles} stops and starts: lost {_datagrams.Sum(d => d.Lost)} of {_datagrams.Sum(d => d.Sent)}, reordered {_datagrams.Sum(d => d.Reordered)}; resident {string.Join(" and ", Residents().Select(r => $"{r >> 10} KB"))}");
            }

            stream.Complete(s_patience);
        }
        catch (LabException error)
        {
            _broken.Add(error.Message);
        }

        CheckResidents();
        return new SwitchResult(
            done,
            _datagrams.Sum(d => d.Sent),
            _datagrams.Sum(d => d.Lost),
            _datagrams.Sum(d => d.Repeated),
            _datagrams.Sum(d => d.Damaged),
            _datagrams.Sum(d => d.Reordered),
            _datagrams.Select(d => d.Furthest).DefaultIfEmpty().Max(),
            _datagrams.Select(d => d.LongestPause.TotalMilliseconds).DefaultIfEmpty().Max(),
            stream.Received,
            meter.Lost,
            meter.Reordered,
            _broken);
    }

    private void RunStage(int cycles)
    {
        using var there = new UdpStream(A, B, NextPort(), DatagramLength, DatagramRate);
        using var back = new UdpStream(B, A, NextPort(), DatagramLength, DatagramRate);
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < cycles; i++)
        {
            Guest guest = i % 2 == 0 ? A : B;
            there.WaitForMore(DatagramRate / 10, s_patience);
            long start = Stopwatch.GetTimestamp();
            scene.Terminate(guest);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
            back.WaitForMore(DatagramRate / 10, s_patience);
            scene.Colony.Restart(guest);
            FastPath.Await(scene, Scene.Patience);
        }

        foreach (UdpReport report in (UdpReport[])[there.Complete(), back.Complete()])
        {
            _datagrams.Add(report);
            if (report.Lost + report.Repeated + report.Damaged > 0)
            {
                _broken.Add($"in orderly stops and starts {report.Lost} of {report.Sent} datagrams were lost, {report.Repeated} came twice, {report.Damaged} damaged; the slowest stop among them took {slowest.TotalMilliseconds:0} ms");
            }
        }
    }

    /// <summary>Of those that live through all cycles: the third guest's agent and the announcer.</summary>
    private long[] Residents() => [.. new[] { scene.Agent(scene.Host["c"]).Id, scene.Colony.Announcer.Process.Id }.Select(p => ProcessUsage.Read(p).ResidentBytes)];

    private void CheckResidents()
    {
        if (Residents().Max() > MaximumResident)
        {
            _broken.Add($"an agent or the announcer has grown beyond {MaximumResident >> 20} MB while others came and went");
        }
    }

    private int NextPort() => FirstPort + (++_ports % 1000);
}
