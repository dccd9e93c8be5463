using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>The announcer on a real local store, with guests played by hand.</summary>
public sealed class AnnouncerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly TemporaryDirectory _directory = new();
    private CancellationTokenSource _stop = new();
    private readonly List<IStore> _stores = [];
    private LocalStoreServer _server = null!;
    private CountingStore _dom0 = null!;
    private Task _announcer = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server = LocalStoreServer.Start(_directory.Path, NullLogger.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _announcer;
        foreach (IStore store in _stores)
        {
            await store.DisposeAsync();
        }

        await _server.DisposeAsync();
        _stop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Tells_willing_guests_of_each_other_and_takes_it_back()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        PeerDomain told = (await PeerAsync(a, b.Self))!;
        Assert.Equal(("b", 2ul), (told.Name, told.Instance));
        Assert.NotNull(await PeerAsync(b, a.Self));
        Assert.Equal(StoreStatus.AccessDenied, (await a.Store.ReadAsync(StoreNames.For(b.Self, StoreNames.PeerPage(0)), Cancel)).Status);
        Assert.Equal(StoreStatus.AccessDenied, await a.Store.WriteAsync(StoreNames.PeerPage(0), default, Cancel));

        await AdvertiseAsync(b, 3);
        await UntilAsync(async () => (await PeerAsync(a, b.Self))?.Instance == 3, "the new life is told");
        await b.Store.RemoveAsync(StoreNames.Advert, Cancel);
        await UntilAsync(async () => (await a.Store.ReadAsync(StoreNames.PeerPage(0), Cancel)).Status == StoreStatus.NotFound, "b is taken back from a");
        await UntilAsync(async () => !(await b.Store.ListAsync(StoreNames.Announced, Cancel)).IsOk, "everything is taken back from b");
    }

    [Theory]
    [InlineData(StoreStatus.TimedOut)]
    [InlineData(StoreStatus.TryAgain)]
    [InlineData(StoreStatus.Invalid)]
    public async Task A_store_that_cannot_say_takes_nobody_away(StoreStatus trouble)
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await UntilAsync(async () => (await PeerAsync(a, b.Self))?.Instance == 2, "b is told to a");

        int reads = _dom0.Reads;
        _dom0.ReadsEnd = trouble;
        await AdvertiseAsync(b, 3);
        await UntilAsync(() => Task.FromResult(_dom0.Reads >= reads + 2), "the announcer looks, and looks again");
        Assert.Equal(2ul, (await PeerAsync(a, b.Self))?.Instance);

        _dom0.ReadsEnd = StoreStatus.Ok;
        await UntilAsync(async () => (await PeerAsync(a, b.Self))?.Instance == 3, "the new life is told after all");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("v=2-3 instance=0000000000000001 features=0")]
    [InlineData("v=1-1 instance=1 features=0")]
    [InlineData("v=1-1 instance=0000000000000001 features=0 mac=00:16:3e:00:00:01\n")]
    public async Task A_malformed_advert_counts_as_none(string advert)
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        StoreSession c = await OpenAsync("c");
        await b.Store.WriteAsync(StoreNames.Advert, Encoding.ASCII.GetBytes(advert), Cancel);
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(c, 3);
        await PeerAsync(a, c.Self);
        Assert.Equal([c.Self], (await PeersAsync(a)).Select(peer => peer.Id));
        Assert.Equal(StoreStatus.NotFound, (await b.Store.ListAsync(StoreNames.Announced, Cancel)).Status);
    }

    [Fact]
    public async Task A_restart_of_the_announcer_takes_nobody_away_and_puts_right_what_changed_meanwhile()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        StoreSession c = await OpenAsync("c");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await AdvertiseAsync(c, 3);
        await PeerAsync(a, b.Self);
        await PeerAsync(a, c.Self);
        await StopAsync();

        // Meanwhile c leaves, and somebody writes rubbish on another page.
        await c.Store.RemoveAsync(StoreNames.Advert, Cancel);
        await _dom0.WriteAsync(StoreNames.For(a.Self, StoreNames.PeerPage(7)), "stale"u8.ToArray(), Cancel);
        Announce(Never);
        await UntilAsync(
            async () =>
            {
                // Whatever a reads at any moment, b is on it.
                Assert.Contains(await PeersAsync(a), peer => peer.Id == b.Self);
                return (await a.Store.ListAsync(StoreNames.Peers, Cancel)).Value is ["0"] && (await PeersAsync(a)).Count == 1;
            },
            "c and the rubbish are gone");
    }

    [Fact]
    public async Task Between_heartbeats_an_idle_host_costs_nothing_and_a_heartbeat_one_write_per_guest()
    {
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        Announce(TimeSpan.FromMilliseconds(50));
        await PeerAsync(a, b.Self);
        await PeerAsync(b, a.Self);
        await UntilAsync(async () => (await BeatAsync(a))?.Sequence > 4, "a few heartbeats");
        long requests = _dom0.Requests;
        int writes = _dom0.Writes;
        await UntilAsync(() => Task.FromResult(_dom0.Writes >= writes + 8), "more heartbeats");

        // Read in this order: what is counted last may already have grown.
        writes = _dom0.Writes - writes;
        Assert.InRange(_dom0.Requests - requests, writes, writes + 2);
    }

    [Fact]
    public async Task A_heartbeat_answers_a_new_life_at_once_and_goes_on()
    {
        Announce(TimeSpan.FromMilliseconds(50));
        StoreSession a = await OpenAsync("a");
        await AdvertiseAsync(a, 42);
        Heartbeat? first = null;
        await UntilAsync(async () => (first = await BeatAsync(a)) is { Instance: 42 }, "the first heartbeat");
        Assert.Equal(TimeSpan.FromMilliseconds(50), first!.Interval);
        await UntilAsync(async () => (await BeatAsync(a))!.Sequence >= first.Sequence + 3, "more heartbeats");
    }

    [Fact]
    public async Task A_guest_that_rewrites_its_advert_in_a_loop_is_looked_at_now_and_then()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await PeerAsync(a, b.Self);
        int before = _dom0.Writes;
        for (ulong i = 0; i < 3000; i++)
        {
            await AdvertiseAsync(b, 1000 + i);
        }

        // A handful of looks at once, then one a second: far fewer than there were changes.
        Assert.InRange(_dom0.Writes - before, 1, 150);
        await UntilAsync(async () => (await PeerAsync(a, b.Self))?.Instance == 3999, "the last life is told in the end");
    }

    [Fact]
    public async Task The_same_vif_on_the_hotplug_scripts_word_is_routed()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        foreach (StoreSession guest in (StoreSession[])[a, b])
        {
            await PutVifAsync(guest, "script", "/etc/xen/scripts/vif-route");
            await PutVifAsync(guest, "ip", "10.1.0.1");
        }

        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        PeerDomain told = (await PeerAsync(a, b.Self))!;
        Assert.Empty(told.Macs);
        Assert.Equal("10.1.0.1", Assert.Single(told.Addresses).ToString());
    }

    [Fact]
    public async Task A_guest_is_judged_anew_by_each_name()
    {
        Announce(Never, new AnnouncerOptions { Deny = ["quarantine"] });
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        Assert.Equal("b", (await PeerAsync(a, b.Self))!.Name);
        await RenameAsync(b, "web");
        await UntilAsync(async () => (await PeersAsync(a)) is [{ Name: "web" }], "the new name is told");
        await RenameAsync(b, "quarantine");
        await UntilAsync(async () => (await PeersAsync(a)).Count == 0 && (await PeersAsync(b)).Count == 0, "neither is told of the other");
        Assert.Equal(StoreStatus.NotFound, (await b.Store.ListAsync(StoreNames.Announced, Cancel)).Status);
        await RenameAsync(b, "b");
        Assert.NotNull(await PeerAsync(a, b.Self));
        Assert.NotNull(await PeerAsync(b, a.Self));
    }

    [Fact]
    public async Task An_address_that_moves_is_told_of_its_new_owner_and_no_more_of_the_old()
    {
        Announce(Never);
        StoreSession[] guests = [await OpenAsync("a"), await OpenAsync("b"), await OpenAsync("c")];
        foreach (StoreSession guest in guests)
        {
            await PutVifAsync(guest, "script", "vif-route");
            await PutVifAsync(guest, "ip", $"10.0.0.{guest.Self}");
            await AdvertiseAsync(guest, guest.Self.Value);
        }

        await PeerAsync(guests[0], guests[1].Self);
        await PeerAsync(guests[0], guests[2].Self);
        for (int i = 0; i < 12; i++)
        {
            StoreSession owner = guests[1 + (i % 2)];
            StoreSession other = guests[2 - (i % 2)];
            await PutVifAsync(other, "ip", $"10.0.0.{other.Self}");
            await PutVifAsync(owner, "ip", $"10.0.0.{owner.Self} 10.0.7.7");
            await UntilAsync(
                async () => (await PeersAsync(guests[0])).Where(peer => peer.Addresses.Any(ip => ip.ToString() == "10.0.7.7")).Select(peer => peer.Id).SequenceEqual([owner.Self]),
                "the address is the new owner's alone");
        }
    }

    [Fact]
    public async Task A_vif_comes_and_goes_while_its_guest_runs()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        Assert.Single((await PeerAsync(a, b.Self))!.Macs);
        string vif = $"{StoreNames.VifsOf(b.Self)}/1";
        foreach ((string node, string value) in ((string, string)[])[("mac", "00:16:3e:00:01:01"), ("script", "vif-bridge"), ("bridge", "xenbr0")])
        {
            await _dom0.WriteAsync($"{vif}/{node}", Encoding.ASCII.GetBytes(value), Cancel);
        }

        await UntilAsync(async () => (await PeersAsync(a)) is [{ Macs.Length: 2 }], "the second vif is told");
        await _dom0.RemoveAsync(vif, Cancel);
        await UntilAsync(async () => (await PeersAsync(a)) is [{ Macs.Length: 1 }], "it is told no more");
    }

    [Fact]
    public async Task A_new_guest_under_an_old_number_is_told_everything_and_nothing_of_the_old_one_is_believed()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        await AdvertiseAsync(a, 1);
        for (ulong life = 0; life < 5; life++)
        {
            string name = $"{(char)('p' + life)}";
            StoreSession guest = await OpenAsync(name, number: 77);
            await AdvertiseAsync(guest, 100 + life);
            await UntilAsync(async () => (await PeersAsync(a)) is [{ } told] && told.Name == name && told.Macs.Single().Value == name[0], $"life {life} is told");
            Assert.NotNull(await PeerAsync(guest, a.Self));
            Assert.Equal(100 + life, (await BeatAsync(guest))!.Instance);
            await guest.Store.DisposeAsync();

            // No word of the announcer is waited for: it may see the end and the next start as one.
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Never happened: {what}");
            await Task.Delay(2, Cancel);
        }
    }

    private static async Task<Heartbeat?> BeatAsync(StoreSession guest)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await guest.Store.ReadAsync(StoreNames.Heartbeat, Cancel);
        return value.IsOk ? Heartbeat.Parse(value.Value.Span) : null;
    }

    private static Task<StoreStatus> AdvertiseAsync(StoreSession guest, ulong instance) =>
        guest.Store.WriteAsync(StoreNames.Advert, new Advert(ProtocolVersions.Ours, instance, ChannelFeatures.None).ToBytes(), Cancel);

    /// <summary>What a guest is told of a peer, once it is told something.</summary>
    private static async Task<PeerDomain?> PeerAsync(StoreSession reader, DomainId peer)
    {
        PeerDomain? found = null;
        await UntilAsync(async () => (found = (await PeersAsync(reader)).Find(told => told.Id == peer)) is not null, $"{reader.Self} is told of {peer}");
        return found;
    }

    /// <summary>All that a guest is told.</summary>
    private static async Task<List<PeerDomain>> PeersAsync(StoreSession reader)
    {
        List<PeerDomain> all = [];
        StoreResult<ImmutableArray<string>> pages = await reader.Store.ListAsync(StoreNames.Peers, Cancel);
        foreach (string page in pages.IsOk ? pages.Value : [])
        {
            StoreResult<ReadOnlyMemory<byte>> value = await reader.Store.ReadAsync($"{StoreNames.Peers}/{page}", Cancel);
            if (value.IsOk && PeerPage.TryParse(value.Value.Span, out ImmutableArray<PeerDomain> peers))
            {
                all.AddRange(peers);
            }
        }

        return all;
    }

    private Task<StoreStatus> RenameAsync(StoreSession guest, string name) =>
        _dom0.WriteAsync(StoreNames.For(guest.Self, StoreNames.Name), Encoding.ASCII.GetBytes(name), Cancel);

    private Task<StoreStatus> PutVifAsync(StoreSession guest, string node, string value) =>
        _dom0.WriteAsync($"{StoreNames.VifsOf(guest.Self)}/0/{node}", Encoding.ASCII.GetBytes(value), Cancel);

    private async Task<StoreSession> OpenAsync(string name, ushort number = 0)
    {
        GuestIdentity identity = new(number == 0 ? null : new DomainId(number), name, [new GuestInterface(new MacAddress(name[0]), [], "xenbr0")]);
        StoreSession session = await new LocalStoreConnector(_directory.Path, Limit, TimeProvider.System).OpenAsync(identity, null, Cancel);
        _stores.Add(session.Store);
        return session;
    }

    private void Announce(TimeSpan interval, AnnouncerOptions? others = null)
    {
        _dom0 = new CountingStore(_server.ConnectDom0(Limit, TimeProvider.System));
        _stores.Add(_dom0);
        AnnouncerOptions options = (others ?? new AnnouncerOptions()) with { HeartbeatInterval = interval };
        _announcer = Task.Run(() => new Announcer(_dom0, options, TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token));
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _announcer;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }
}
