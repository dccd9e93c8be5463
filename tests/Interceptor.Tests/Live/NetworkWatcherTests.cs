using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Interceptor.Guest;
using XenLoop.Lab;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class NetworkWatcherTests
{
    [Fact]
    public void It_tells_of_changes_until_it_is_disposed()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a");
        using RouteMirror mirror = host["a"].Namespace.Enter(RouteMirror.Open);
        int changes = 0;
        using (NetworkWatcher.Start(mirror, () => Interlocked.Increment(ref changes), error => Assert.Fail(error.Message), NullLogger.Instance))
        {
            host["a"].Run("ip", "link", "add", "one", "type", "veth", "peer", "name", "two").Checked();
            Wait.Until(() => mirror.Current.FindLink("one") is not null && Volatile.Read(ref changes) > 0, TimeSpan.FromSeconds(30), "the watcher to see a new interface");
        }

        int before = changes;
        host["a"].Run("ip", "link", "delete", "one").Checked();
        Assert.True(mirror.WaitForChange(30_000), "the change is left for the next reader");
        Assert.Equal(before, changes);
    }
}
