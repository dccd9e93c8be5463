using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Host and agents in one process, over real sockets and real shared memory.</summary>
public sealed class AgentEndToEndTests : IAsyncLifetime
{
    private static readonly AgentOptions Options = new()
    {
        RingBytes = 65536,
        HandshakeTimeout = TimeSpan.FromMilliseconds(500),
        BackOffMinimum = TimeSpan.FromMilliseconds(50),
        BackOffMaximum = TimeSpan.FromMilliseconds(400),
        ViolationBackOffMinimum = TimeSpan.FromSeconds(60),
        ReconnectMinimum = TimeSpan.FromMilliseconds(10),
        ReconnectMaximum = TimeSpan.FromMilliseconds(200),
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<TestGuest> _guests = [];
    private CancellationTokenSource _stopHost = new();
    private Task _host = Task.CompletedTask;

    public ValueTask InitializeAsync()
    {
        StartHost(new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100) });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestGuest guest in _guests)
        {
            await guest.DisposeAsync();
        }

        await StopHostAsync();
        _stopHost.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Three_guests_find_each_other_and_connect_on_request_only()
    {
        TestGuest[] guests = [await StartAsync("a"), await StartAsync("b"), await StartAsync("c")];
        await AllSeeAllAsync(guests);
        PeerDomain peer = guests[0].User.Domains.Peers[guests[1].Id];
        Assert.Equal("b", peer.Name);
        Assert.Equal(0x00163e000000UL | 'b', Assert.Single(peer.Macs).Value);
        Assert.Equal(InternetAddress.FromIPv4(0x0A000000u | 'b'), Assert.Single(peer.Addresses));
        Assert.All(guests, guest => Assert.Equal(0, guest.User.Connections));

        await guests[0].ConnectAsync(guests[1]);
        await guests[2].ConnectAsync(guests[0]);
        guests[0].AssertCarriesTo(guests[1], 1);
        guests[1].AssertCarriesTo(guests[0], 2);
        guests[0].AssertCarriesTo(guests[2], 3);
        Assert.Null(guests[1].User.ChannelTo(guests[2].Id));
        Assert.Equal(ChannelFeatures.SegmentationOffload, guests[0].User.PeerFeatures);
        Assert.Equal(65536, guests[0].StatusOf(guests[1])!.RingBytes);
        Assert.Equal(ChannelRole.Listener, guests[0].StatusOf(guests[1])!.Role);
        Assert.Equal(ChannelRole.Connector, guests[1].StatusOf(guests[0])!.Role);
        Assert.True(guests[0].Agent.Announcer is { Alive: true, StoreConnected: true, LastHeartbeat: not null });
    }

    [Fact]
    public async Task An_idle_channel_closes_at_both_ends_and_opens_again()
    {
        (TestGuest a, TestGuest b) = await StartPairAsync();
        await a.ConnectAsync(b);
        b.Agent.RequestClose(a.Id);
        await TestGuest.UntilAsync(() => a.User.OrderlyReleases == 1 && b.User.OrderlyReleases == 1, "both ends let go in an orderly way");
        await a.ConnectAsync(b);
        a.AssertCarriesTo(b, 5);
        Assert.Equal(2, a.User.Connections);
    }

    [Fact]
    public async Task A_stopped_guest_closes_in_order_and_leaves_nothing()
    {
        (TestGuest a, TestGuest b) = await StartPairAsync();
        await b.ConnectAsync(a);
        DomainId gone = b.Id;
        await b.StopAsync();
        Assert.Equal(1, b.User.OrderlyReleases);
        await a.LosesSightOfAsync(gone);
        Assert.Null(a.User.ChannelTo(gone));
        Assert.Empty(a.Agent.Status());
    }

    [Fact]
    public async Task A_channel_that_the_data_path_gave_up_is_made_anew()
    {
        (TestGuest a, TestGuest b) = await StartPairAsync();
        await a.ConnectAsync(b);
        a.Agent.ReportFailure(b.Id, ChannelFailure.PeerGone);
        await TestGuest.UntilAsync(() => a.User.HardReleases == 1 && b.User.HardReleases == 1, "both ends dropped the channel");
        await b.ConnectAsync(a);
        a.AssertCarriesTo(b, 6);
    }

    [Fact]
    public async Task A_violator_is_kept_away()
    {
        (TestGuest a, TestGuest b) = await StartPairAsync();
        await a.ConnectAsync(b);
        a.Agent.ReportFailure(b.Id, ChannelFailure.ProtocolViolation);
        await TestGuest.UntilAsync(() => a.StatusOf(b) is { State: NegotiationState.Idle, BackOffUntil: not null }, "the violator is in its pause");
        Assert.True(a.StatusOf(b)!.BackOffUntil > DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5));
        Assert.Contains("Violation", a.StatusOf(b)!.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_violator_that_goes_leaves_its_place_and_finds_its_pause_when_it_comes_back()
    {
        TestGuest a = await StartAsync("a", number: 1);
        TestGuest b = await StartAsync("b", number: 9);
        await AllSeeAllAsync(a, b);
        await a.ConnectAsync(b);
        a.Agent.ReportFailure(b.Id, ChannelFailure.ProtocolViolation);
        await TestGuest.UntilAsync(() => a.StatusOf(b) is { State: NegotiationState.Idle, BackOffUntil: not null }, "the violator is in its pause");
        DateTimeOffset until = a.StatusOf(b)!.BackOffUntil!.Value;
        await b.DisposeAsync();
        _guests.Remove(b);
        await TestGuest.UntilAsync(() => a.Agent.Status().IsEmpty, "nothing is left of the violator");

        TestGuest again = await StartAsync("b", number: 9);
        await a.SeesAsync(again);
        a.Agent.RequestChannel(again.Id);
        await Task.Delay(2 * Options.HandshakeTimeout, TestContext.Current.CancellationToken);
        PeerStatus status = a.StatusOf(again)!;
        Assert.Equal(until, status.BackOffUntil!.Value, TimeSpan.FromSeconds(1));
        Assert.Contains("Violation", status.LastFailure, StringComparison.Ordinal);
        Assert.Null(a.User.ChannelTo(again.Id));
    }

    [Fact]
    public async Task Channels_outlive_the_host_and_guests_come_back_under_their_numbers()
    {
        TestGuest[] guests = [await StartAsync("a"), await StartAsync("b"), await StartAsync("c")];
        await AllSeeAllAsync(guests);
        await guests[0].ConnectAsync(guests[1]);
        DomainId[] numbers = [.. guests.Select(guest => guest.Id)];

        await StopHostAsync();
        await TestGuest.UntilAsync(() => guests.All(guest => guest.Agent.Announcer is { StoreConnected: false, Alive: false }), "the host's silence is noticed");
        guests[0].AssertCarriesTo(guests[1], 7);
        Assert.True(guests[0].User.Domains.Peers.ContainsKey(guests[1].Id));
        Assert.False(guests[0].User.Domains.Peers.ContainsKey(guests[2].Id), "A peer without a channel expires with the heartbeats.");

        StartHost(new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100) });
        await AllSeeAllAsync(guests);
        Assert.Equal(numbers, guests.Select(guest => guest.Id));
        guests[1].AssertCarriesTo(guests[0], 8);
        await guests[2].ConnectAsync(guests[1]);
        guests[2].AssertCarriesTo(guests[1], 9);
        Assert.Equal(1, guests[0].User.Connections);
        Assert.Equal(0, guests[0].User.HardReleases + guests[0].User.OrderlyReleases);
    }

    [Fact]
    public async Task A_guest_whose_store_connection_is_cut_comes_back()
    {
        (TestGuest a, TestGuest b) = await StartPairAsync();
        await b.CutStoreAsync();
        await a.LosesSightOfAsync(b.Id);
        await a.SeesAsync(b);
        await b.SeesAsync(a);
        await a.ConnectAsync(b);
        a.AssertCarriesTo(b, 10);
    }

    [Fact]
    public async Task A_restarted_agent_with_the_same_number_is_a_new_peer()
    {
        TestGuest a = await StartAsync("a");
        TestGuest b = await StartAsync("b", number: 9);
        await a.SeesAsync(b);
        await a.ConnectAsync(b);
        await b.DisposeAsync();
        _guests.Remove(b);
        TestGuest again = await StartAsync("b", number: 9);
        await a.SeesAsync(again);
        await again.SeesAsync(a);
        await a.ConnectAsync(again);
        a.AssertCarriesTo(again, 11);
    }

    [Fact]
    public async Task Only_guests_that_share_a_network_are_peers()
    {
        TestGuest a = await StartAsync("a");
        TestGuest b = await StartAsync("b", bridge: "xenbr1");
        TestGuest c = await StartAsync("c", bridge: null);
        TestGuest d = await StartAsync("d", bridge: null);
        TestGuest e = await StartAsync("e");
        await a.SeesAsync(e);
        await c.SeesAsync(d);
        await d.SeesAsync(c);
        Assert.Equal([e.Id], a.User.Domains.Peers.Keys);
        Assert.Empty(b.User.Domains.Peers);
        PeerDomain routed = Assert.Single(c.User.Domains.Peers).Value;
        Assert.Empty(routed.Macs);
        Assert.Equal(InternetAddress.FromIPv4(0x0A000000u | 'd'), Assert.Single(routed.Addresses));
    }

    [Fact]
    public async Task Denied_guests_are_nobodys_peers()
    {
        await StopHostAsync();
        StartHost(new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100), Deny = ["b"] });
        TestGuest a = await StartAsync("a");
        TestGuest b = await StartAsync("b");
        TestGuest c = await StartAsync("c");
        await a.SeesAsync(c);
        await c.SeesAsync(a);
        Assert.Equal([c.Id], a.User.Domains.Peers.Keys);
        Assert.Empty(b.User.Domains.Peers);
        Assert.False(b.Agent.Announcer.Alive);
    }

    /// <summary>Neither hears of the announcer any more, as of one that is silent.</summary>
    [Fact]
    public async Task A_channel_between_guests_that_were_both_denied_while_no_announcer_ran_ends()
    {
        AgentOptions options = Options with { ReappearanceGrace = TimeSpan.FromSeconds(1) };
        TestGuest a = await StartAsync("a", options: options);
        TestGuest b = await StartAsync("b", options: options);
        await AllSeeAllAsync(a, b);
        await a.ConnectAsync(b);
        await StopHostAsync();
        await TestGuest.UntilAsync(() => !a.Agent.Announcer.Alive && !b.Agent.Announcer.Alive, "the announcer's silence is noticed");
        a.AssertCarriesTo(b, 12);
        StartHost(new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100), Deny = ["a", "b"] });
        await TestGuest.UntilAsync(() => a.User.ChannelTo(b.Id) is null && b.User.ChannelTo(a.Id) is null, "both ends let go");
        await a.LosesSightOfAsync(b.Id);
    }

    private void StartHost(AnnouncerOptions options)
    {
        _stopHost = new CancellationTokenSource();
        _host = Task.Run(() => new LocalHost(_directory.Path, options, TimeProvider.System, NullLogger.Instance).RunAsync(_stopHost.Token));
    }

    private async Task StopHostAsync()
    {
        await _stopHost.CancelAsync();
        await _host;
    }

    private async Task<TestGuest> StartAsync(string name, string? bridge = "xenbr0", ushort number = 0, AgentOptions? options = null)
    {
        TestGuest guest = new(_directory.Path, name, options ?? Options, bridge, number);
        _guests.Add(guest);
        await guest.Agent.Introduced.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return guest;
    }

    private async Task<(TestGuest A, TestGuest B)> StartPairAsync()
    {
        TestGuest a = await StartAsync("a");
        TestGuest b = await StartAsync("b");
        await AllSeeAllAsync(a, b);
        return (a, b);
    }

    private static async Task AllSeeAllAsync(params TestGuest[] guests)
    {
        foreach (TestGuest guest in guests)
        {
            foreach (TestGuest other in guests.Where(other => other != guest))
            {
                await guest.SeesAsync(other);
            }
        }
    }
}
