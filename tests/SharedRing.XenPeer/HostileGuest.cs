using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Discovery;
using XenLoop.Hostile;
using XenLoop.SharedRing.Xen;

namespace XenLoop.SharedRing.XenPeer;

/// <summary>tests/Hostile as a guest of Xen: tries the store, then attacks through a real event channel and rings of real grants, until it is killed.</summary>
internal static class HostileGuest
{
    /// <summary>The first argument that makes this program one; <see cref="Orders"/> follow.</summary>
    public const string Command = "hostile";

    /// <summary>Does not return.</summary>
    public static async Task RunAsync(Orders orders)
    {
        await using XenStoreConnector connector = new(XenStorePaths.Device, TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger.Instance);
        GuestIdentity identity = new(orders.Self, Command, ImmutableArray.Create(new GuestInterface(orders.Mac, [], "")));
        StoreSession session = await connector.OpenAsync(identity, previous: null, CancellationToken.None);
        await using (session.Store)
        {
            (int tried, int refused) = await new StoreTheft(orders).TryAsync(session.Store, session.Self);
            Console.WriteLine($"identity tried={tried} refused={refused}");
        }

        using PortKeeper keeper = new();
        await Attack.RunAsync(orders, connector, self => new XenChannelPlatform(self, keeper));
    }
}
