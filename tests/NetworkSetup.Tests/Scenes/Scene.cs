using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>Guests on a bridge, an agent in each, all connected with each other.</summary>
internal sealed class Scene : IDisposable
{
    public Scene(Action<VirtualHost>? prepare = null, string guests = "ab")
    {
        Host = new VirtualHost(NetworkMode.Bridged, [.. guests.Select(c => c.ToString())]);
        try
        {
            prepare?.Invoke(Host);
            Colony = new Colony(Host);
            foreach (Guest one in Host.Guests)
            {
                foreach (Guest other in Host.Guests.Where(g => g.Number > one.Number))
                {
                    Colony.Connect(one, other);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public VirtualHost Host { get; }

    public Colony Colony { get; } = null!;

    public Guest A => Host["a"];

    public Guest B => Host["b"];

    public Guest C => Host["c"];

    /// <summary>What an agent says of a guest.</summary>
    public PeerStatus StatusOf(Guest agent, Guest peer) => Colony[agent].Status().Peer(peer);

    /// <summary>Waits until an agent says that nothing is captured for a peer, and why.</summary>
    public string WaitForReason(Guest agent, Guest peer, string words)
    {
        Wait.Until(
            () => StatusOf(agent, peer) is { Path: "standard" } status && status.Reason.Contains(words, StringComparison.Ordinal),
            Limits.Change,
            $"guest {agent.Name} to say '{words}' of {peer.Name}",
            () => $"It says: {StatusOf(agent, peer).Reason}\n{Colony[agent].Process.Log}");
        return StatusOf(agent, peer).Reason;
    }

    /// <summary>Waits until pings from one to the other cross no bridge, in either direction.</summary>
    public void WaitForFastPath(Guest one, Guest other) => Wait.Until(
        () =>
        {
            var meter = new BridgeMeter(one, other);
            return PingReport.Run(one, other, "-c", "3", "-i", "0.002", "-W", "1").Received == 3 && meter.Packets == 0;
        },
        Limits.Change,
        $"the fast path between {one.Name} and {other.Name}",
        () => $"{one.Name}:\n{Colony[one].Process.Log}\n{other.Name}:\n{Colony[other].Process.Log}");

    /// <summary>Measures both paths between two guests from now on.</summary>
    public PathMeter Watch(Guest one, Guest other) => new(this, one, other);

    public void Dispose()
    {
        // Null if its constructor threw.
        Colony?.Dispose();
        Host.Dispose();
    }
}
