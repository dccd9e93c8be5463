using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>What the announcer believes of the nodes that real toolstacks write.</summary>
public sealed class GuestReaderTests : IAsyncLifetime
{
    private const string Uuid = "0f6a1c1e-7d2b-4c58-9c0d-2a7be3d51f40";
    private const string Libxl0 = "/libxl/5/device/vif/0";
    private const string Backend0 = "/local/domain/0/backend/vif/5/0";
    private const string Backend1 = "/local/domain/0/backend/vif/5/1";

    private readonly TemporaryDirectory _directory = new();
    private LocalStoreServer _server = null!;
    private IStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = LocalStoreServer.Start(_directory.Path, NullLogger.Instance);
        _store = _server.ConnectDom0(TimeSpan.FromSeconds(20), TimeProvider.System);
        await PutAsync("/local/domain/5/name", "web");
        await PutAsync("/local/domain/5/vm", $"/vm/{Uuid}");
        await AdvertiseAsync("00:16:3e:77:00:05");
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_vif_of_libxl_is_read_from_its_end_in_Dom0()
    {
        await PutLibxlVifAsync();
        Vif vif = (await ReadAsync())!.Vif;
        Assert.Equal("00:16:3e:77:00:05", vif.Mac.ToString());
        Assert.Equal(new VifNetwork(new DomainId(0), VifAttachment.LinuxBridge, "xenbr0"), vif.Network);
        Assert.Empty(vif.Addresses);

        // The hotplug script reads Dom0's end; so what changes there counts.
        await PutAsync($"{Backend0}/ip", "10.0.0.5 10.0.0.6/32 2001:db8::5/128");
        vif = (await ReadAsync())!.Vif;
        Assert.Equal(["10.0.0.5", "10.0.0.6", "2001:db8::5"], vif.Addresses.Select(address => address.ToString()));
    }

    [Fact]
    public async Task An_end_that_an_earlier_domain_of_the_number_left_behind_is_not_believed()
    {
        await PutLibxlVifAsync();
        await PutVifAsync("/local/domain/0/backend/vif/5/1", "00:16:3e:77:00:99");
        Assert.Equal("00:16:3e:77:00:05", (await ReadAsync())!.Vif.Mac.ToString());
    }

    [Fact]
    public async Task Without_libxl_the_ends_in_Dom0_are_all_there_is()
    {
        await PutVifAsync(Backend0, "00:16:3e:77:00:05");
        Assert.NotNull(await ReadAsync());

        // xenopsd makes an empty directory beside libxl's (domain.ml).
        await PutAsync("/libxl/5", string.Empty);
        Assert.NotNull(await ReadAsync());
    }

    [Fact]
    public async Task A_driver_domains_bridge_is_another_and_its_own_nodes_are_not_believed()
    {
        await PutVifAsync(Libxl0, "00:16:3e:77:00:05");
        await PutAsync($"{Libxl0}/backend", "/local/domain/3/backend/vif/5/0");
        await PutVifAsync("/local/domain/3/backend/vif/5/0", "00:16:3e:66:66:66");
        Vif vif = (await ReadAsync())!.Vif;
        Assert.Equal("00:16:3e:77:00:05", vif.Mac.ToString());
        Assert.Equal(new VifNetwork(new DomainId(3), VifAttachment.LinuxBridge, "xenbr0"), vif.Network);
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData("/local/domain/x/backend/vif/5/0")]
    [InlineData("/local/domain/40000/backend/vif/5/0")]
    [InlineData("")]
    public async Task A_vif_of_an_unknown_backend_is_on_no_network(string backend)
    {
        await PutVifAsync(Libxl0, "00:16:3e:77:00:05");
        await PutAsync($"{Libxl0}/backend", backend);
        Assert.Null(await ReadAsync());
    }

    [Theory]
    [InlineData("/etc/xen/scripts/vif-bridge", "xenbr0", null, "LinuxBridge xenbr0")]
    [InlineData("/etc/xen/scripts/vif-bridge", "xenbr0", "7", "LinuxBridge xenbr0 vlan 7")]
    [InlineData("vif-openvswitch", "ovs0.10", null, "OpenVSwitch ovs0.10")]
    [InlineData("vif-openvswitch", "ovs0.10:20:30", null, "OpenVSwitch ovs0.10:20:30")]
    [InlineData("vif-route", "xenbr0", null, "Routed ")]
    [InlineData("vif-nat", "xenbr0", null, "Routed ")]
    [InlineData("ours", "br7", null, "LinuxBridge br7")]
    [InlineData("vif-bridge", "", null, null)]
    [InlineData("vif-bridge", null, null, null)]
    [InlineData("/etc/xen/scripts/vif-route-qubes", "xenbr0", null, null)]
    [InlineData("/usr/lib/xcp/scripts/vif", "xenbr0", null, null)]
    [InlineData("", "xenbr0", null, null)]
    public async Task The_script_decides_the_network_and_an_unknown_one_none(string script, string? bridge, string? vlan, string? network)
    {
        await PutLibxlVifAsync();
        await PutAsync($"{Backend0}/script", script);
        await PutAsync($"{Backend0}/bridge", bridge);
        await PutAsync($"{Backend0}/vlan", vlan);
        WillingGuest? guest = await ReadAsync(new AnnouncerOptions { BridgeScripts = ["ours"] });
        Assert.Equal(network, guest is null ? null : $"{guest.Vif.Network.Attachment} {guest.Vif.Network.Segment}");
    }

    [Theory]
    [InlineData("vif-bridge", "10.0.0.0/24", false)]
    [InlineData("vif-bridge", "10.0.0.5/24", false)]
    [InlineData("vif-bridge", "010.0.0.5", false)]
    [InlineData("vif-bridge", "10.0.0.5,10.0.0.6", false)]
    [InlineData("vif-bridge", " 10.0.0.5  10.0.0.6 ", true)]
    [InlineData("vif-bridge", "10.0.0.5/32/32", false)]
    [InlineData("vif-bridge", "10.0.0.5/128", false)]
    [InlineData("vif-route", "2001:db8::/64", false)]
    [InlineData("vif-nat", "10.0.0.5/16", true)]
    [InlineData("vif-bridge", "1.0.0.1 1.0.0.2 1.0.0.3 1.0.0.4 1.0.0.5 1.0.0.6 1.0.0.7 1.0.0.8 1.0.0.9 1.0.0.10 1.0.0.11 1.0.0.12 1.0.0.13 1.0.0.14 1.0.0.15 1.0.0.16 1.0.0.17", false)]
    public async Task A_guest_that_could_not_be_held_to_its_addresses_stays_out(string script, string ip, bool usable)
    {
        await PutLibxlVifAsync();
        await PutAsync($"{Backend0}/script", script);
        await PutAsync($"{Backend0}/ip", ip);
        Assert.Equal(usable, await ReadAsync() is not null);
    }

    [Theory]
    [InlineData(Backend0)]
    [InlineData(Libxl0)]
    public async Task A_vif_with_a_rate_limit_stays_out_and_is_complained_of_once(string end)
    {
        // In a driver domain's case libxl's copy counts.
        await PutLibxlVifAsync();
        await PutAsync($"{Libxl0}/backend", end == Libxl0 ? "/local/domain/3/backend/vif/5/0" : Backend0);
        await PutAsync($"{end}/rate", "62500,50000");
        LinesLog log = new();
        GuestReader reader = new(_store, new AnnouncerOptions(), log);
        for (int i = 0; i < 2; i++)
        {
            Assert.Null((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
            Assert.Contains("its rate limit '62500,50000' would not hold", Assert.Single(log.Lines), StringComparison.Ordinal);
        }

        await PutAsync($"{end}/rate", null);
        Assert.NotNull((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
    }

    [Fact]
    public async Task The_next_domain_of_a_number_is_told_from_the_one_before_even_if_it_says_the_same()
    {
        await PutLibxlVifAsync();
        GuestReader reader = new(_store, new AnnouncerOptions(), NullLogger.Instance);
        WillingGuest first = (await reader.ReadAsync(new DomainId(5), Cancel)).Value!;
        reader.Forget(new DomainId(6));
        Assert.Equal(first, (await reader.ReadAsync(new DomainId(5), Cancel)).Value);
        reader.Forget(new DomainId(5));
        WillingGuest second = (await reader.ReadAsync(new DomainId(5), Cancel)).Value!;
        Assert.Equal(first with { Life = first.Life + 1 }, second);
        Assert.Equal(second.Life, second.DescribeTo(first)!.Life);
    }

    [Fact]
    public async Task A_vif_that_is_being_made_is_nothing_to_complain_of()
    {
        await PutVifAsync(Libxl0, "00:16:3e:77:00:05");
        LinesLog log = new();
        Assert.Null((await new GuestReader(_store, new AnnouncerOptions(), log).ReadAsync(new DomainId(5), Cancel)).Value);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_vif_that_is_being_detached_counts_no_more()
    {
        await PutLibxlVifAsync();
        await PutAsync($"{Backend0}/online", "0");
        Assert.Null(await ReadAsync());
    }

    [Theory]
    [InlineData("web", false)]
    [InlineData("5", false)]
    [InlineData(Uuid, false)]
    [InlineData("0F6A1C1E-7D2B-4C58-9C0D-2A7BE3D51F40", false)]
    [InlineData("0f6a1c1e7d2b4c589c0d2a7be3d51f40", false)]
    [InlineData("db", true)]
    [InlineData("0f6a1c1e-7d2b-4c58-9c0d-2a7be3d51f41", true)]
    public async Task Guests_are_denied_and_allowed_by_name_number_and_uuid(string entry, bool whenDenied)
    {
        await PutLibxlVifAsync();
        Assert.Equal(whenDenied, await ReadAsync(new AnnouncerOptions { Deny = [entry] }) is not null);
        Assert.Equal(!whenDenied, await ReadAsync(new AnnouncerOptions { Allow = [entry] }) is not null);
        Assert.Null(await ReadAsync(new AnnouncerOptions { Allow = [entry], Deny = [entry, "web"] }));
    }

    [Fact]
    public async Task Why_a_guest_with_an_agent_is_left_out_is_said_once_until_it_is_gone()
    {
        LinesLog log = new();
        GuestReader reader = new(_store, new AnnouncerOptions { Deny = ["web"] }, log);
        for (ushort version = 7; version < 10; version++)
        {
            await PutAsync("/local/domain/5/data/xenloop/advert", $"v={version}-{version} instance=0000000000000001 features=0 mac=00:16:3e:77:00:05");
            Assert.Null((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
        }

        Assert.Contains("speaks versions 7-7", Assert.Single(log.Lines), StringComparison.Ordinal);

        await AdvertiseAsync("00:16:3e:77:00:05");
        Assert.Null((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
        Assert.Null((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
        Assert.Equal(2, log.Lines.Count);
        reader.Forget(new DomainId(5));
        Assert.Null((await reader.ReadAsync(new DomainId(5), Cancel)).Value);
        Assert.Equal(3, log.Lines.Count);
        Assert.Contains("--deny", log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_names_a_stranger_is_complained_of()
    {
        await PutAsync("/local/domain/6/name", "db");
        LinesLog log = new();
        AnnouncerOptions options = new() { Allow = ["web", "6"], Deny = [Uuid, "wbe"] };
        Assert.True(await new PolicyReport(_store, options, log).TryWriteAsync([new DomainId(5), new DomainId(6)], Cancel));
        string[] lines = [.. log.Lines];
        Assert.Equal(2, lines.Length);
        Assert.Contains($"May take part: web 6; denied: {Uuid} wbe", lines[0], StringComparison.Ordinal);
        Assert.Contains("--deny names 'wbe'", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_denied_as_the_toolstack_has_it_though_others_are_told_a_tame_one()
    {
        await PutLibxlVifAsync();
        await PutAsync("/local/domain/5/name", "my web;x=1");
        Assert.Equal("my_web_x_1", (await ReadAsync())!.Name);
        Assert.Null(await ReadAsync(new AnnouncerOptions { Deny = ["my web;x=1"] }));
    }

    [Theory]
    [InlineData("xenbr0", "xenbr0", 0, true)]
    [InlineData("xenbr0", "xenbr1", 0, false)]
    [InlineData("xenbr0", "xenbr0", 3, false)]
    public void Peers_share_a_bridge_of_one_backend(string left, string right, ushort otherBackend, bool peers)
    {
        WillingGuest a = Guest(1, VifNetwork.Bridged(new DomainId(0), VifAttachment.LinuxBridge, left, null));
        WillingGuest b = Guest(2, VifNetwork.Bridged(new DomainId(otherBackend), VifAttachment.LinuxBridge, right, null));
        Assert.Equal(peers, a.DescribeTo(b) is not null);
        Assert.Equal(peers, b.DescribeTo(a) is not null);
    }

    [Fact]
    public void Guests_are_known_by_Ethernet_address_on_a_bridge_and_by_IP_address_behind_a_router()
    {
        VifNetwork bridge = VifNetwork.Bridged(new DomainId(0), VifAttachment.LinuxBridge, "br0", null);
        PeerDomain told = Guest(1, bridge).DescribeTo(Guest(2, bridge))!;
        Assert.Equal(("00:00:00:00:00:01", ""), (string.Join(',', told.Macs), string.Join(',', told.Addresses)));
        told = Guest(1, bridge, "10.0.0.1").DescribeTo(Guest(2, bridge))!;
        Assert.Equal(("00:00:00:00:00:01", "10.0.0.1"), (string.Join(',', told.Macs), string.Join(',', told.Addresses)));

        VifNetwork routed = VifNetwork.Routed(new DomainId(0));
        told = Guest(1, routed, "10.1.0.1", "10.1.0.2").DescribeTo(Guest(2, routed))!;
        Assert.Equal(("", "10.1.0.1,10.1.0.2"), (string.Join(',', told.Macs), string.Join(',', told.Addresses)));
        Assert.Null(Guest(1, routed).DescribeTo(Guest(2, routed)));
        Assert.Null(Guest(1, routed, "10.1.0.1").DescribeTo(Guest(2, VifNetwork.Routed(new DomainId(3)), "10.2.0.1")));
        Assert.Null(Guest(1, routed, "10.1.0.1").DescribeTo(Guest(2, bridge, "10.2.0.1")));
    }

    [Fact]
    public async Task Of_several_vifs_the_one_counts_that_the_guest_serves()
    {
        await PutLibxlVifAsync();
        await PutVifAsync("/libxl/5/device/vif/1", "00:16:3e:77:01:05");
        await PutAsync("/libxl/5/device/vif/1/backend", Backend1);
        await PutVifAsync(Backend1, "00:16:3e:77:01:05");
        await PutAsync($"{Backend1}/script", "vif-route");
        await PutAsync($"{Backend1}/ip", "10.1.0.5");
        Assert.Equal(VifAttachment.LinuxBridge, (await ReadAsync())!.Vif.Network.Attachment);

        await AdvertiseAsync("00:16:3e:77:01:05");
        Vif vif = (await ReadAsync())!.Vif;
        Assert.Equal((VifNetwork.Routed(new DomainId(0)), "10.1.0.5"), (vif.Network, Assert.Single(vif.Addresses).ToString()));

        // One that the toolstack did not give it, and one that could be either.
        await AdvertiseAsync("00:16:3e:77:02:05");
        Assert.Null(await ReadAsync());
        await PutVifAsync(Backend0, "00:16:3e:77:01:05");
        await AdvertiseAsync("00:16:3e:77:01:05");
        Assert.Null(await ReadAsync());
    }

    private static WillingGuest Guest(ushort id, VifNetwork network, params string[] addresses) =>
        new(new DomainId(id), "guest", id, new Vif(new MacAddress(id), [.. addresses.Select(Parse)], network), Life: 0);

    private static InternetAddress Parse(string text)
    {
        Assert.True(InternetAddress.TryParse(text, out InternetAddress address));
        return address;
    }

    private async Task AdvertiseAsync(string mac)
    {
        Assert.True(MacAddress.TryParse(mac, out MacAddress address));
        Advert advert = new(ProtocolVersions.Ours, 7, ChannelFeatures.None, address);
        Assert.Equal(StoreStatus.Ok, await _store.WriteAsync($"/local/domain/5/{StoreNames.Advert}", advert.ToBytes(), Cancel));
    }

    private async Task<WillingGuest?> ReadAsync(AnnouncerOptions? options = null)
    {
        StoreResult<WillingGuest> found = await new GuestReader(_store, options ?? new AnnouncerOptions(), NullLogger.Instance).ReadAsync(new DomainId(5), Cancel);
        Assert.True(found.IsOk);
        return found.Value;
    }

    private async Task PutLibxlVifAsync()
    {
        await PutVifAsync(Libxl0, "00:16:3e:77:00:05");
        await PutVifAsync(Backend0, "00:16:3e:77:00:05");
        await PutAsync($"{Libxl0}/backend", Backend0);
    }

    private async Task PutVifAsync(string path, string mac)
    {
        await PutAsync($"{path}/mac", mac);
        await PutAsync($"{path}/bridge", "xenbr0");
        await PutAsync($"{path}/script", "/etc/xen/scripts/vif-bridge");
        await PutAsync($"{path}/handle", "0");
        await PutAsync($"{path}/online", "1");
    }

    private async Task PutAsync(string path, string? value) => Assert.Equal(
        StoreStatus.Ok,
        value is null ? await _store.RemoveAsync(path, Cancel) : await _store.WriteAsync(path, Encoding.ASCII.GetBytes(value), Cancel));
}
