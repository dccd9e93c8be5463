using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Discovery.Tests;

/// <summary>Agents in domains that are restored, or whose watches are used up, on a real local host.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    /// <summary>The pauses are out of proportion: who takes one after a restore does not get through.</summary>
    private static readonly AgentOptions Options = new()
    {
        RingBytes = 65536,
        BackOffMinimum = TimeSpan.FromMilliseconds(50),
        BackOffMaximum = TimeSpan.FromMilliseconds(400),
        PollInterval = TimeSpan.FromMilliseconds(50),
        ReconnectMinimum = TimeSpan.FromMinutes(10),
        ReconnectMaximum = TimeSpan.FromMinutes(10),
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<TestGuest> _guests = [];
    private readonly CancellationTokenSource _stopHost = new();
    private Task _host = Task.CompletedTask;

    public ValueTask InitializeAsync()
    {
        LocalHost host = new(_directory.Path, new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger.Instance);
        _host = Task.Run(() => host.RunAsync(_stopHost.Token));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestGuest guest in _guests)
        {
            await guest.DisposeAsync();
        }

        await _stopHost.CancelAsync();
        await _host.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        _stopHost.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task A_restored_domain_makes_everything_anew_though_its_number_is_the_same(ushort mine, ushort others)
    {
        ConcurrentQueue<string> diary = new();
        TestGuest restored = await StartAsync("r", diary, mine);
        TestGuest other = await StartAsync("b", new ConcurrentQueue<string>(), others);
        await restored.SeesAsync(other);
        await other.SeesAsync(restored);
        await restored.ConnectAsync(other);
        ulong instance = other.User.Domains.Peers[restored.Id].Instance;
        DomainId number = restored.Id;

        restored.Restore();
        await TestGuest.UntilAsync(() => diary.Count >= 5, "a new platform");
        Assert.Equal(2, diary.Count(entry => entry == "platform made"));
        Assert.Equal(["restored", "link given up", "platform given up"], diary.Where(entry => entry != "platform made"));
        Assert.Equal(1, restored.User.HardReleases);
        await TestGuest.UntilAsync(() => other.User.Domains.Peers.TryGetValue(number, out PeerDomain? peer) && peer.Instance != instance, "the other sees a new life");
        await TestGuest.UntilAsync(() => other.User.ChannelTo(number) is null, "the other lets go");

        await restored.ConnectAsync(other);
        restored.AssertCarriesTo(other, 3);
        Assert.Equal(number, restored.Id);
    }

    [Fact]
    public async Task Peers_that_cannot_be_watched_are_reached_all_the_same()
    {
        // Two are left for the announcer's nodes, none for peers.
        TestGuest poor = await StartAsync("p", new ConcurrentQueue<string>(), 2, StoreQuota.Watches - 2);
        TestGuest lower = await StartAsync("b", new ConcurrentQueue<string>(), 1);
        TestGuest higher = await StartAsync("c", new ConcurrentQueue<string>(), 3);
        foreach (TestGuest peer in (TestGuest[])[lower, higher])
        {
            await poor.SeesAsync(peer);
            await peer.SeesAsync(poor);
            await poor.ConnectAsync(peer);
            poor.AssertCarriesTo(peer, 1);
        }
    }

    [Fact]
    public async Task Not_even_a_watch_on_the_announcer_is_indispensable()
    {
        TestGuest poor = await StartAsync("p", new ConcurrentQueue<string>(), 1, StoreQuota.Watches);
        TestGuest other = await StartAsync("b", new ConcurrentQueue<string>(), 2);
        await poor.SeesAsync(other);
        await other.SeesAsync(poor);
        await other.ConnectAsync(poor);
        poor.AssertCarriesTo(other, 1);
    }

    private async Task<TestGuest> StartAsync(string name, ConcurrentQueue<string> diary, ushort number, int watchesTaken = 0)
    {
        string broker = Path.Combine(_directory.Path, LocalHost.GrantsSocketName);
        while (!File.Exists(broker))
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        TestGuest guest = new(_directory.Path, name, Options, number: number, platform: self => new DiaryPlatform(new LocalChannelPlatform(broker, self), diary), watchesTaken: watchesTaken);
        _guests.Add(guest);
        await guest.Agent.Introduced.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return guest;
    }
}
