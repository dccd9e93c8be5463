using XenLoop.Discovery;
using XenLoop.SharedRing.Local;

namespace XenLoop.Hostile;

/// <summary>
/// A hostile guest of the local platform: tries to be somebody else, then attacks; docs/security.md. Its arguments are the directory of the host's sockets,
/// and <see cref="Orders"/>. Says on standard output what it did; goes on until it is killed.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        string directory = arguments[0];
        Orders orders = Orders.Parse(arguments[1..]);
        (int tried, int refused) = await new LocalTheft(orders, directory).TryAsync();
        Console.WriteLine($"identity tried={tried} refused={refused}");

        string grants = Path.Combine(directory, LocalHost.GrantsSocketName);
        await Attack.RunAsync(orders, new LocalStoreConnector(directory, TimeSpan.FromSeconds(5), TimeProvider.System), self => new LocalChannelPlatform(grants, self));
        return 0;
    }
}
