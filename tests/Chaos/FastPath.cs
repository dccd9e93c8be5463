using System.Diagnostics;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Chaos;

/// <summary>Tells when all traffic of a scene takes the fast path.</summary>
internal static class FastPath
{
    /// <summary>Waits until in every direction packets enter the rings and none is captured in vain.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="LabException">It took more than <paramref name="limit"/>.</exception>
    public static TimeSpan Await(Scene scene, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        Dictionary<(Guest, Guest), (long Carried, long Accepted)> before = [];
        Wait.Until(
            () =>
            {
                Dictionary<(Guest, Guest), (long Carried, long Accepted)> now = Look(scene);
                bool all = scene.Pairs.All(p =>
                    now.TryGetValue(p, out var present) && before.TryGetValue(p, out var past)
                    && present.Carried > past.Carried && present.Accepted == past.Accepted);
                before = now;
                return all;
            },
            limit,
            "the fast path to carry all traffic",
            () => string.Join('\n', scene.Host.Guests.Select(g => $"{g.Name}:\n{Command.Run([XenLoopBinary.Path, "status", "--directory", scene.Host.Directory, "--name", g.Name]).Output}\n{Tail(scene.Agent(g).Log)}")));
        return Stopwatch.GetElapsedTime(start);
    }

    private static Dictionary<(Guest, Guest), (long Carried, long Accepted)> Look(Scene scene)
    {
        Dictionary<(Guest, Guest), (long, long)> seen = [];
        foreach (Guest guest in scene.Host.Guests)
        {
            AgentStatus? status = scene.Colony[guest].TryGetStatus();
            foreach (Guest other in scene.Host.Guests)
            {
                if (status?.FindPeer(other) is { State: PeerStatus.Connected } peer)
                {
                    seen[(guest, other)] = (peer.Sent.Packets, peer.Accepted.Values.Sum());
                }
            }
        }

        return seen;
    }

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(20));
}
