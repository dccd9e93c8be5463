using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Hostile;

/// <summary>Joins as every guest does, and lets the victim open a channel, which <see cref="Invader"/> attacks; anew each time that it is closed.</summary>
internal static class Attack
{
    private static readonly TimeSpan Knocks = TimeSpan.FromMilliseconds(200);

    /// <summary>Goes on until the process is killed.</summary>
    public static async Task RunAsync(Orders orders, IStoreConnector connector, Func<DomainId, IChannelPlatform> platform)
    {
        using var invader = new Invader(orders);
        GuestIdentity identity = new(orders.Self, "hostile", [new GuestInterface(orders.Mac, [], "bridge0")]);
        await using DiscoveryAgent agent = new(connector, platform, identity, new AgentOptions(), invader, TimeProvider.System, NullLogger.Instance);
        using var knock = new Timer(_ => agent.RequestChannel(orders.Victim), null, TimeSpan.Zero, Knocks);
        await agent.RunAsync(CancellationToken.None);
    }
}
