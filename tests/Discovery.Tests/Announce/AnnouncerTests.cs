using System.Text;

namespace XenLoop.Discovery.Tests;

/// <summary>What the announcer makes of adverts, and how it bears its own restarts and the store's troubles.</summary>
public sealed class AnnouncerTests : AnnouncerFixture
{
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

    [Fact]
    public async Task A_guest_that_comes_while_the_domains_are_listed_is_found()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        await AdvertiseAsync(a, 1);
        await UntilAsync(async () => await BeatAsync(a) is not null, "a takes part");
        StoreSession? late = null;
        Dom0.AfterDomainsListed = async () =>
        {
            Dom0.AfterDomainsListed = static () => Task.CompletedTask;
            late = await OpenAsync("c");
            await AdvertiseAsync(late, 3);

            // Its event has waited for the announcer when these have been answered on the same connection.
            for (int i = 0; i < 100; i++)
            {
                await Dom0.ReadAsync(StorePath.Domains, Cancel);
            }
        };
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(b, 2);
        await PeerAsync(a, b.Self);
        await PeerAsync(a, late!.Self);
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

        int reads = Dom0.Reads;
        Dom0.ReadsEnd = trouble;
        await AdvertiseAsync(b, 3);
        await UntilAsync(() => Task.FromResult(Dom0.Reads >= reads + 2), "the announcer looks, and looks again");
        Assert.Equal(2ul, (await PeerAsync(a, b.Self))?.Instance);

        Dom0.ReadsEnd = StoreStatus.Ok;
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
        await Dom0.WriteAsync(StoreNames.For(a.Self, StoreNames.PeerPage(7)), "stale"u8.ToArray(), Cancel);
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
    public async Task All_that_was_announced_is_taken_back_on_demand()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        StoreSession idle = await OpenAsync("idle");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        Assert.NotNull(await PeerAsync(a, b.Self));
        Assert.NotNull(await PeerAsync(b, a.Self));
        await StopAsync();

        Assert.Equal([a.Self, b.Self], await Withdrawal.RunAsync(Dom0, Cancel));
        Assert.All([a, b, idle], guest => Assert.Equal(StoreStatus.NotFound, guest.Store.ListAsync(StoreNames.Announced, Cancel).Result.Status));
        Assert.Empty(await Withdrawal.RunAsync(Dom0, Cancel));

        // What guests say of themselves is theirs: a new announcer finds it.
        Announce(Never);
        Assert.NotNull(await PeerAsync(a, b.Self));
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
        long requests = Dom0.Requests;
        int writes = Dom0.Writes;
        await UntilAsync(() => Task.FromResult(Dom0.Writes >= writes + 8), "more heartbeats");

        // Read in this order: what is counted last may already have grown.
        writes = Dom0.Writes - writes;
        Assert.InRange(Dom0.Requests - requests, writes, writes + 4);
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
        int before = Dom0.Writes;
        for (ulong i = 0; i < 3000; i++)
        {
            await AdvertiseAsync(b, 1000 + i);
        }

        // A handful of looks at once, then one a second: far fewer than there were changes.
        Assert.InRange(Dom0.Writes - before, 1, 150);
        await UntilAsync(async () => (await PeerAsync(a, b.Self))?.Instance == 3999, "the last life is told in the end");
    }
}
