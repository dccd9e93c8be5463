using XenLoop.Harness.Paths;
using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Demo;

/// <summary>Two guests and a Dom0, joined by one kind of path.</summary>
internal sealed class Machine : IDisposable
{
    private readonly GuestPath _path;

    public Machine(PathKind kind)
    {
        Kind = kind;
        _path = kind switch
        {
            PathKind.Fast => new FastPath(),
            PathKind.OpenVSwitch => new OpenVSwitchPath(segmentationOffload: false),
            PathKind.OpenVSwitchOffload => new OpenVSwitchPath(segmentationOffload: true),
            _ => new StandardPath(),
        };
    }

    public PathKind Kind { get; }

    public VirtualHost Host => _path.Host;

    public Guest A => _path.Client;

    public Guest B => _path.Server;

    /// <summary>Bytes that the agents have put into rings so far.</summary>
    public long RingBytes => _path.RingBytes;

    /// <summary>How the two agents see each other.</summary>
    public IEnumerable<AgentStatus> AgentStatuses => (_path as FastPath)?.Statuses ?? [];

    /// <summary>Measures once.</summary>
    public Sample Measure(Scenario scenario, int seconds)
    {
        try
        {
            (Reading reading, Circumstances seen) = Metered.Run(_path, scenario.OneProcessor, path => scenario.Measure(path, seconds));
            return new Sample(
                reading.Value,
                reading.Retransmits,
                reading.Retransmits is null ? null : seen.TcpSegmentsLost,
                seen.BridgeBytes,
                seen.RingBytes,
                seen.BusySeconds / seen.Seconds);
        }
        catch (LabException e)
        {
            throw new LabException($"{scenario.Name}, {Kind} path: {e.Message}", e);
        }
    }

    public void Dispose() => _path.Dispose();
}
