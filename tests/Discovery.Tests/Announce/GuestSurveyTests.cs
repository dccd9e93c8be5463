using XenLoop.Addresses;

namespace XenLoop.Discovery.Tests;

/// <summary>What Dom0 is told of a host's guests, beside the announcer that it is about.</summary>
public sealed class GuestSurveyTests : AnnouncerFixture
{
    [Fact]
    public async Task Announced_guests_are_shown_with_their_networks_and_each_other()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await PutVifAsync(b, "ip", "10.0.0.2 10.0.0.3");
        await AdvertiseAsync(a, 1);
        await AdvertiseAsync(b, 2);
        await PeerAsync(a, b.Self);
        await PeerAsync(b, a.Self);
        IReadOnlyList<SurveyedGuest> guests = await SurveyAsync();
        Assert.Equal([(a.Self, "a"), (b.Self, "b")], guests.Select(guest => (guest.Id, guest.Name)));
        Assert.All(guests, guest => Assert.Equal((true, true, "", "bridge xenbr0"), (guest.HasAdvert, guest.IsAnnounced, guest.Reason, guest.Network)));
        Assert.All(guests, guest => Assert.Equal((ProtocolVersions.Ours, Never), (guest.Advert!.Versions, guest.Heartbeat!.Interval)));
        Assert.Equal("00:00:00:00:00:61", guests[0].Advert!.Mac.ToString());
        Assert.Equal("10.0.0.2,10.0.0.3", string.Join(',', guests[1].Addresses));

        // Of what b was told of itself, to keep to its addresses, nothing is a peer.
        Assert.Equal("b", Assert.Single(guests[0].Peers).Value);
        Assert.Equal("a", Assert.Single(guests[1].Peers).Value);
    }

    [Fact]
    public async Task A_guest_without_an_agent_costs_two_questions()
    {
        Announce(Never);
        await OpenAsync("a");
        Assert.Equal((false, "no agent runs there (it has no advert)"), Left(Assert.Single(await SurveyAsync())));

        // The announcer's own requests are counted, too, until it has come to rest.
        await UntilAsync(async () => await CostAsync() == 1 + 2, "the list of domains and two questions are all");
        await OpenAsync("b");
        await OpenAsync("c");
        await UntilAsync(async () => await CostAsync() == 1 + 6, "and two for each further guest");
    }

    [Theory]
    [InlineData(true, "the announcer leaves it out")]
    [InlineData(false, "no announcer runs")]
    [InlineData(null, "or none runs")]
    public async Task A_denied_guest_is_told_from_a_host_without_announcer_if_that_can_be_seen(bool? runs, string words)
    {
        Announce(Never, new AnnouncerOptions { Deny = ["b"] });
        StoreSession a = await OpenAsync("a");
        StoreSession b = await OpenAsync("b");
        await AdvertiseAsync(b, 2);
        await AdvertiseAsync(a, 1);
        await UntilAsync(async () => (await SurveyAsync(runs))[0].IsAnnounced, "a is announced");
        IReadOnlyList<SurveyedGuest> guests = await SurveyAsync(runs);
        Assert.Empty(guests[0].Peers);
        Assert.Equal((true, false, "bridge xenbr0"), (guests[1].HasAdvert, guests[1].IsAnnounced, guests[1].Network));
        Assert.Contains(words, guests[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate", "62500,50000", "/0: its rate limit '62500,50000' would not hold")]
    [InlineData("script", "/etc/xen/scripts/vif-own", "/0: what its hotplug script 'vif-own' connects it to is unknown")]
    [InlineData("ip", "10.0.0.0/24", "/0: its ip '10.0.0.0/24' is not a list")]
    [InlineData("bridge", "", "/0: it names no bridge")]
    [InlineData("mac", "00:16:3e:00:00:99", "no vif of its has the address 00:00:00:00:00:61")]
    public async Task What_is_wrong_with_a_vif_is_told(string node, string value, string words)
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        await PutVifAsync(a, node, value);
        await AdvertiseAsync(a, 1);
        SurveyedGuest guest = Assert.Single(await SurveyAsync());
        Assert.Equal((true, false, null), (guest.HasAdvert, guest.IsAnnounced, guest.Network));
        Assert.Contains(words, guest.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_cannot_be_understood_is_told_from_none()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        await a.Store.WriteAsync(StoreNames.Advert, new Advert(new ProtocolVersions(7, 9), 1, ChannelFeatures.None, new MacAddress(1)).ToBytes(), Cancel);
        SurveyedGuest guest = Assert.Single(await SurveyAsync());
        Assert.Equal((true, "its agent speaks versions 7-9 of the protocol, and this xenloop 1-1"), Left(guest));
        await a.Store.WriteAsync(StoreNames.Advert, "hello"u8.ToArray(), Cancel);
        Assert.Equal((true, "its advert is malformed"), Left(Assert.Single(await SurveyAsync())));
    }

    [Fact]
    public async Task What_was_said_to_an_earlier_life_is_no_announcement()
    {
        Announce(Never);
        StoreSession a = await OpenAsync("a");
        await AdvertiseAsync(a, 1);
        await UntilAsync(async () => (await SurveyAsync())[0].IsAnnounced, "a is announced");
        await StopAsync();
        Assert.True((await SurveyAsync(runs: false))[0].IsAnnounced);
        await AdvertiseAsync(a, 2);
        SurveyedGuest guest = Assert.Single(await SurveyAsync(runs: false));
        Assert.NotNull(guest.Heartbeat);
        Assert.Equal((true, "no announcer runs on this host"), Left(guest));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_an_error_and_no_empty_host()
    {
        Announce(Never);
        await OpenAsync("a");
        Dom0.ReadsEnd = StoreStatus.TimedOut;
        Assert.Contains("TimedOut", (await Assert.ThrowsAsync<StoreUnavailableException>(() => SurveyAsync())).Message, StringComparison.Ordinal);
        Dom0.ReadsEnd = StoreStatus.Ok;
    }

    private static (bool HasAdvert, string Reason) Left(SurveyedGuest guest) => (guest.HasAdvert, guest.Reason);

    private async Task<long> CostAsync()
    {
        long before = Dom0.Requests;
        await SurveyAsync();
        return Dom0.Requests - before;
    }

    private Task<IReadOnlyList<SurveyedGuest>> SurveyAsync(bool? runs = true) => new GuestSurvey(Dom0, runs).ReadAsync(Cancel);
}
