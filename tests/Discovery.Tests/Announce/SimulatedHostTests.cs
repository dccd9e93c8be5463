using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>What the announcer costs on a host of 200 guests: requests to the store, by count.</summary>
public sealed class SimulatedHostTests : IAsyncLifetime
{
    private const int Guests = 200;

    /// <summary>Reads of one look: the advert twice, name, heartbeat, domains, and two lists and eight nodes of one vif, with one look to spare.</summary>
    private const int ReadsOfALook = 26;

    /// <summary>RM, MKDIR and SET_PERMS of the guest's directory, and its first heartbeat; without the RM of a guest that was seen before its advert.</summary>
    private const int WritesOfAStart = 4;

    private readonly SimulatedHost _host = new();
    private readonly List<StoreSession> _guests = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _host.AnnounceAsync(TimeSpan.FromHours(1), Cancel);
        _guests.AddRange(await _host.StartManyAsync(Guests, "xenbr0", Cancel));
        await _host.SettleAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (StoreSession guest in _guests)
        {
            await guest.Store.DisposeAsync();
        }

        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Each_event_costs_in_proportion_to_the_peers_concerned()
    {
        (int pages, _) = await _host.MeasureAsync(_guests[0], Cancel);
        Assert.InRange(pages, 7, 10);

        // A start: one page of each of the others, and its own.
        StoreSession started = null!;
        Cost start = await CostOfAsync(async () => started = await _host.StartAsync("xenbr0", Cancel));
        (int own, _) = await _host.MeasureAsync(started, Cancel);
        Assert.InRange(start.Writes, Guests + own + WritesOfAStart, Guests + own + WritesOfAStart + 1);
        Assert.InRange(start.Reads, 1, ReadsOfALook);

        // Its end: the same page of each of the others; and an RM of its own, and a look at what is left, if its advert is seen to be gone before the domain is.
        Cost end = await CostOfAsync(async () => await started.Store.DisposeAsync());
        Assert.InRange(end.Writes, Guests, Guests + 1);
        Assert.InRange(end.Reads, 1, 3);

        // A new name, another address: one page of each of the others, and another where it outgrew that; of an address the guest is told, too.
        Cost rename = await CostOfAsync(() => _host.RenameAsync(_guests[7], "renamed", Cancel));
        Assert.Equal(Guests - 1, rename.Writes);
        Assert.InRange(rename.Reads, 1, ReadsOfALook);
        Cost address = await CostOfAsync(() => _host.PutVifAsync(_guests[7], "ip", "10.9.9.9", Cancel));
        Assert.InRange(address.Writes, Guests, 2 * Guests);

        // Guests on another bridge are nobody else's business.
        StoreSession apart = null!;
        Cost elsewhere = await CostOfAsync(async () => apart = await _host.StartAsync("xenbr1", Cancel));
        Assert.InRange(elsewhere.Writes, WritesOfAStart, WritesOfAStart + 1);
        _guests.Add(apart);
    }

    [Fact]
    public async Task While_guests_come_and_go_a_change_costs_no_more_than_alone_and_every_list_is_right_in_the_end()
    {
        const int Changes = 100;
        Random chance = new(1);
        (int pages, _) = await _host.MeasureAsync(_guests[0], Cancel);
        Cost churn = await CostOfAsync(async () =>
        {
            for (int i = 0; i < Changes; i++)
            {
                if (chance.Next(2) == 0)
                {
                    _guests.Add(await _host.StartAsync("xenbr0", Cancel));
                }
                else
                {
                    StoreSession gone = _guests[chance.Next(_guests.Count)];
                    _guests.Remove(gone);
                    await gone.Store.DisposeAsync();
                }
            }
        });
        Assert.InRange(churn.Writes, Guests, Changes * (Guests + (Changes / 2) + (2 * pages) + WritesOfAStart + 1));
        Assert.InRange(churn.Reads, Changes / 2, Changes * ReadsOfALook);

        // No page that was on its way to a guest that had ended has brought its directory back.
        DomainId[] present = [.. _guests.Select(guest => guest.Self).Order()];
        Dictionary<DomainId, DomainId[]> lists = await _host.ReadListsAsync(Cancel);
        Assert.Equal(present, lists.Keys.Order());
        Assert.All(present, reader => Assert.Equal(present.Where(guest => guest != reader), lists[reader]));
    }

    [Fact]
    public async Task What_netback_and_scripts_write_costs_nothing()
    {
        Cost noise = await CostOfAsync(async () =>
        {
            foreach (string node in (string[])["state", "hotplug-status", "feature-sg", "feature-gso-tcpv4", "multi-queue-max-queues"])
            {
                await _host.PutVifAsync(_guests[7], node, "1", Cancel);
            }
        });
        Assert.Equal(new Cost(0, 0), noise);
    }

    private async Task<Cost> CostOfAsync(Func<Task> happening)
    {
        (int reads, int writes) = (_host.Announcer.Reads, _host.Announcer.Writes);
        await happening();
        await _host.SettleAsync(Cancel);
        return new Cost(_host.Announcer.Reads - reads, _host.Announcer.Writes - writes);
    }

    private sealed record Cost(int Reads, int Writes);
}
