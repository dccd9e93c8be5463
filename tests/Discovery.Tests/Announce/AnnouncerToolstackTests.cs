using System.Text;
using XenLoop.Addresses;

namespace XenLoop.Discovery.Tests;

/// <summary>What the announcer makes of the toolstack's doings while guests run: names, vifs, addresses, numbers that are used again.</summary>
public sealed class AnnouncerToolstackTests : AnnouncerFixture
{
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
    public async Task A_rate_limit_that_comes_or_goes_is_noticed()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await PeerAsync(a, b.Self);
        await PutVifAsync(b, "rate", "62500,50000");
        await UntilAsync(async () => (await PeersAsync(a)).Count == 0 && (await PeersAsync(b)).Count == 0, "neither is told of the other");
        await Dom0.RemoveAsync($"{StoreNames.VifsOf(b.Self)}/0/rate", Cancel);
        Assert.NotNull(await PeerAsync(a, b.Self));
        Assert.NotNull(await PeerAsync(b, a.Self));
    }

    [Fact]
    public async Task A_guest_is_told_the_addresses_that_others_hold_it_to()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await PeerAsync(a, b.Self);
        Assert.Empty(await OwnAsync(a));
        await PutVifAsync(a, "ip", "10.0.0.1 10.0.0.2");
        await UntilAsync(async () => await OwnAsync(a) == "10.0.0.1,10.0.0.2", "a is told of its own addresses");
        Assert.Empty(await OwnAsync(b));
        await PutVifAsync(a, "ip", "");
        await UntilAsync(async () => await OwnAsync(a) == "", "a is told that they are no more");
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
        StoreSession c = await OpenAsync("c");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(c, 3);
        await PeerAsync(a, c.Self);

        // b serves a vif that it has yet to get.
        Advert advert = new(ProtocolVersions.Ours, 2, ChannelFeatures.None, new MacAddress(0x00163E000101));
        await b.Store.WriteAsync(StoreNames.Advert, advert.ToBytes(), Cancel);
        string vif = $"{StoreNames.VifsOf(b.Self)}/1";
        await PutAsync($"{vif}/mac", "00:16:3e:00:01:01");
        await PutAsync($"{vif}/script", "vif-bridge");
        await PutAsync($"{vif}/bridge", "xenbr0");
        Assert.Equal(0x00163E000101u, Assert.Single((await PeerAsync(a, b.Self))!.Macs).Value);
        await Dom0.RemoveAsync(vif, Cancel);
        await UntilAsync(async () => (await PeersAsync(a)).TrueForAll(peer => peer.Id == c.Self), "it is told no more");
    }

    /// <summary>As where all guests are on a bridge for their management, too.</summary>
    [Fact]
    public async Task Guests_that_serve_a_routed_vif_know_each_other_by_its_addresses_whatever_bridge_they_share_besides()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        foreach (StoreSession guest in (StoreSession[])[a, b])
        {
            await PutVifAsync(guest, "script", "vif-route");
            await PutVifAsync(guest, "ip", $"10.1.0.{guest.Self}");
            string management = $"{StoreNames.VifsOf(guest.Self)}/1";
            await PutAsync($"{management}/script", "vif-bridge");
            await PutAsync($"{management}/bridge", "control");
            await PutAsync($"{management}/mac", $"00:16:3e:88:00:0{guest.Self}");
            await AdvertiseAsync(guest, guest.Self.Value);
        }

        PeerDomain told = (await PeerAsync(a, b.Self))!;
        Assert.Empty(told.Macs);
        Assert.Equal($"10.1.0.{b.Self}", Assert.Single(told.Addresses).ToString());
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
            StoreSession? opened = null;
            await UntilAsync(async () => (opened = await TryOpenAsync(name, number: 77)) is not null, "the local host to have noticed the end of the life before");
            StoreSession guest = opened!;
            await AdvertiseAsync(guest, 100 + life);
            await UntilAsync(async () => (await PeersAsync(a)) is [{ } told] && told.Name == name && told.Macs.Single().Value == name[0], $"life {life} is told");
            Assert.NotNull(await PeerAsync(guest, a.Self));
            Assert.Equal(100 + life, (await BeatAsync(guest))!.Instance);
            await guest.Store.DisposeAsync();

            // No word of the announcer is waited for: it may see the end and the next start as one.
        }
    }

    private async Task PutAsync(string path, string value) =>
        Assert.Equal(StoreStatus.Ok, await Dom0.WriteAsync(path, Encoding.ASCII.GetBytes(value), Cancel));
}
