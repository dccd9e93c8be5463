using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;

namespace XenLoop.Demo;

/// <summary>Two guests and a Dom0, joined by one kind of path.</summary>
internal sealed class Machine : IDisposable
{
    private readonly Colony? _colony;
    private readonly OpenVSwitch? _switch;

    public Machine(PathKind path)
    {
        Path = path;
        Host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        try
        {
            switch (path)
            {
                case PathKind.Fast:
                    _colony = new Colony(Host);
                    _colony.Connect(A, B);
                    break;
                case PathKind.OpenVSwitch or PathKind.OpenVSwitchOffload:
                    _switch = new OpenVSwitch(Host, segmentationOffload: path == PathKind.OpenVSwitchOffload);
                    Wait.Until(
                        () => A.Run("ping", "-c", "1", "-W", "1", B.Address.ToString()).ExitCode == 0,
                        TimeSpan.FromSeconds(20),
                        "Open vSwitch to pass a ping");
                    break;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PathKind Path { get; }

    public VirtualHost Host { get; }

    public Guest A => Host["a"];

    public Guest B => Host["b"];

    /// <summary>Bytes that the agents have put into rings so far.</summary>
    public long RingBytes => _colony is null
        ? 0
        : _colony[A].Status().Peer(B).Sent.Bytes + _colony[B].Status().Peer(A).Sent.Bytes;

    /// <summary>How the two agents see each other.</summary>
    public IEnumerable<AgentStatus> AgentStatuses => _colony is null ? [] : [_colony[A].Status(), _colony[B].Status()];

    /// <summary>Measures once.</summary>
    public Sample Measure(Scenario scenario, int seconds)
    {
        using var binding = new ProcessorBinding(scenario.OneProcessor ? AgentProcesses() : []);
        var meter = new BridgeMeter(A, B);
        var losses = new TcpLossMeter(A, B);
        long ring = RingBytes;
        var load = new ProcessorLoad();
        Reading reading;
        try
        {
            reading = scenario.Measure(A, B, seconds);
        }
        catch (LabException e)
        {
            throw new LabException($"{scenario.Name}, {Path} path: {e.Message}", e);
        }

        return new Sample(reading.Value, reading.Retransmits, reading.Retransmits is null ? null : losses.Lost, meter.Bytes, RingBytes - ring, load.BusyProcessors());
    }

    public void Dispose()
    {
        _colony?.Dispose();
        _switch?.Dispose();
        Host.Dispose();
    }

    /// <summary>Ourselves first: the measuring programs inherit our binding.</summary>
    private IEnumerable<int> AgentProcesses() => _colony is null
        ? [Environment.ProcessId]
        : [Environment.ProcessId, _colony[A].Process.Id, _colony[B].Process.Id];
}
