using XenLoop.Interceptor.Guest;
using XenLoop.Lab;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class FirewallWatcherTests
{
    [Theory]
    [InlineData("iptables-nft -t mangle -A POSTROUTING -j ACCEPT")]
    [InlineData("nft add table ip somebody")]
    public void It_tells_of_changes_until_it_is_disposed(string change)
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a");
        int changes = 0;
        FirewallWatcher? watcher = host["a"].Namespace.Enter(() => FirewallWatcher.TryStart(() => Interlocked.Increment(ref changes)));
        Assert.NotNull(watcher);
        using (watcher)
        {
            host["a"].Run(change.Split(' ')).Checked();
            Wait.Until(() => Volatile.Read(ref changes) > 0, TimeSpan.FromSeconds(30), "the watcher to hear of it");
        }

        int before = changes;
        host["a"].Run("nft", "add", "table", "ip", "another").Checked();
        Assert.Equal(before, changes);
    }
}
