using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Discovery;
using XenLoop.SharedRing.Local;

namespace XenLoop.Hostile;

/// <summary>
/// A hostile guest of the local platform. It joins as every guest does, lets a victim open a channel, and attacks it; docs/security.md.
/// Says on standard output what it did; goes on until it is killed.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        Orders orders = Orders.Parse(arguments);
        string grants = Path.Combine(orders.Directory, "grants.sock");
        (int tried, int refused) = await new IdentityTheft(orders, grants).TryAsync();
        Console.WriteLine($"identity tried={tried} refused={refused}");

        using var invader = new Invader(orders);
        await using DiscoveryAgent agent = new(
            new LocalStoreConnector(orders.Directory, TimeSpan.FromSeconds(5), TimeProvider.System),
            self => new LocalChannelPlatform(grants, self),
            new GuestIdentity(orders.Self, "hostile", [new GuestInterface(orders.Mac, [], "bridge0")]),
            new AgentOptions(),
            invader,
            TimeProvider.System,
            NullLogger.Instance);
        using var knock = new Timer(_ => agent.RequestChannel(orders.Victim), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        await agent.RunAsync(CancellationToken.None);
        return 0;
    }
}
