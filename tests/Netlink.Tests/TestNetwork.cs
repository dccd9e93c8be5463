using XenLoop.Lab;
using XenLoop.Netlink.Route;

namespace XenLoop.Netlink.Tests;

/// <summary>A namespace with a pair of interfaces, <c>eth0</c> (10.9.0.1/24) and <c>far0</c>, and a mirror that follows it.</summary>
internal sealed class TestNetwork : IDisposable
{
    private static int s_count;

    public TestNetwork()
    {
        Namespace = new NetworkNamespace($"xlnl-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        try
        {
            Namespace.Configure(
                "link add eth0 address 02:00:00:00:09:01 type veth peer name far0 address 02:00:00:00:09:02",
                "link set far0 up",
                "link set eth0 up",
                "address add 10.9.0.1/24 dev eth0");
            Mirror = Namespace.Enter(RouteMirror.Open);
            Settle();
        }
        catch
        {
            Namespace.Dispose();
            throw;
        }
    }

    public NetworkNamespace Namespace { get; }

    public RouteMirror Mirror { get; }

    public NetworkSnapshot Now => Mirror.Current;

    public LinkEntry Eth0 => Now.FindLink("eth0")!;

    /// <summary>Runs <c>ip</c> commands; their events are in the mirror's queue when this returns.</summary>
    public void Ip(params string[] lines) => Namespace.Configure(lines);

    /// <summary>Runs <c>tc</c> commands.</summary>
    public void Tc(params string[] lines)
    {
        foreach (string line in lines)
        {
            Namespace.Run(["tc", .. line.Split(' ')]).Checked();
        }
    }

    /// <summary>Runs <c>ip</c> commands and takes their events in one go, which has to make one new snapshot.</summary>
    public void IpAndUpdate(params string[] lines)
    {
        ulong before = Now.Generation;
        Ip(lines);
        Assert.True(Mirror.Update());
        Assert.Equal(before + 1, Now.Generation);
    }

    /// <summary>Carrier changes are announced a while after the commands that caused them.</summary>
    public void Settle() =>
        Wait.Until(() => Mirror.Update() is false && Now.Links.Values.All(link => link.HasCarrier), TimeSpan.FromSeconds(5), "every link to have its carrier");

    public void Dispose()
    {
        Mirror.Dispose();
        Namespace.Dispose();
    }
}
