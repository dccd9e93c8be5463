using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;

namespace XenLoop.Overload;

/// <summary>Four guests on a bridge, with or without XenLoop in each.</summary>
internal sealed class Machine : IDisposable
{
    /// <summary>Carried packets whose verdicts may wait, and some (<c>CapturePath.WaitingPackets</c>).</summary>
    private const int VerdictCompany = 32;

    /// <summary>Builds it and connects everybody with everybody.</summary>
    public Machine(PathKind path)
    {
        Path = path;
        Host = new VirtualHost(NetworkMode.Bridged, "a", "b", "c", "d");
        try
        {
            Colony = path == PathKind.Fast ? new Colony(Host) : null;
            foreach ((Guest from, Guest to) in Pairs.Where(p => p.From.Number < p.To.Number))
            {
                if (Colony is null)
                {
                    _ = PingReport.Run(from, to, "-c", "1", "-W", "5");
                }

                Colony?.Connect(from, to);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How its guests are joined.</summary>
    public PathKind Path { get; }

    /// <summary>The machine.</summary>
    public VirtualHost Host { get; }

    /// <summary>Its XenLoop; null on the standard path.</summary>
    public Colony? Colony { get; }

    /// <summary>A guest by its name.</summary>
    public Guest this[string name] => Host[name];

    /// <summary>All directions of traffic.</summary>
    public IEnumerable<(Guest From, Guest To)> Pairs =>
        from source in Host.Guests
        from destination in Host.Guests
        where source != destination
        select (source, destination);

    /// <summary>The program in <paramref name="guest"/>.</summary>
    public BackgroundProcess Agent(Guest guest) => Colony![guest].Process;

    /// <summary>True if no more packets wait in an agent's queue than a small flow leaves there, whose verdicts wait for company.</summary>
    public bool IsDrained() => Colony is null || Host.Guests.All(g => KernelQueues.Read(Agent(g).Id).LongestQueue <= VerdictCompany);

    /// <summary>How <paramref name="guest"/>'s agent sees <paramref name="peer"/>.</summary>
    public PeerStatus Status(Guest guest, Guest peer) => Colony![guest].Status().Peer(peer);

    /// <inheritdoc/>
    public void Dispose()
    {
        Colony?.Dispose();
        Host.Dispose();
    }
}
