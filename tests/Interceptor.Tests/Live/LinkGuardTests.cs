using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Tap;
using XenLoop.Lab;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class LinkGuardTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a");
    private readonly RouteMirror _mirror;
    private readonly InjectionDevice _device;
    private readonly LinkGuard _guard;

    public LinkGuardTests()
    {
        (_mirror, _device, _guard) = A.Namespace.Enter(() =>
        {
            RouteMirror mirror = RouteMirror.Open();
            LinkEntry eth0 = mirror.Current.FindLink(Lab.Guest.Interface)!;
            InjectionDevice device = InjectionDevice.Create(eth0, OffloadMode.Auto);
            return (mirror, device, LinkGuard.Open(eth0, device.Tap.Name, NullLogger.Instance));
        });
    }

    private Lab.Guest A => _host["a"];

    public void Dispose()
    {
        _guard.Dispose();
        _device.Dispose();
        _mirror.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_snapshot_from_before_the_tap_is_no_loss() =>
        Assert.Equal(Lab.Guest.Interface, _guard.Check(_mirror.Current).Name);

    [Fact]
    public void A_tap_that_was_switched_off_is_switched_on_again()
    {
        Follow(network => network.FindLink(_device.Tap.Name) is { IsUp: true });
        A.Run("ip", "link", "set", _device.Tap.Name, "down").Checked();
        Follow(network => network.FindLink(_device.Tap.Name) is { IsUp: false });
        Follow(network => network.FindLink(_device.Tap.Name) is { IsUp: true });
    }

    /// <summary>The kernel spares what was redirected from XDP (netif_receive_generic_xdp), so a filter that drops would be passed by.</summary>
    [Fact]
    public void An_XDP_program_on_the_interface_ends_the_agent()
    {
        LinkEntry link = _mirror.Current.FindLink(Lab.Guest.Interface)!;
        NetworkSnapshot network = _mirror.Current with { Links = _mirror.Current.Links.SetItem(link.Index, link with { HasXdp = true }) };
        Assert.Contains("XDP", Assert.Throws<GuestSetupException>(() => _guard.Check(network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tap_that_was_removed_ends_the_agent()
    {
        Follow(network => network.FindLink(_device.Tap.Name) is not null);
        A.Run("ip", "link", "delete", _device.Tap.Name).Checked();
        Assert.Contains(_device.Tap.Name, Assert.Throws<GuestSetupException>(() => Follow(_ => false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_that_was_removed_ends_the_agent()
    {
        Follow(network => network.FindLink(_device.Tap.Name) is not null);
        A.Run("ip", "link", "delete", Lab.Guest.Interface).Checked();
        Assert.Contains(Lab.Guest.Interface, Assert.Throws<GuestSetupException>(() => Follow(_ => false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tap_takes_over_another_ethernet_address()
    {
        A.Run("ip", "link", "set", Lab.Guest.Interface, "address", "00:16:3e:77:77:77").Checked();
        Follow(network => network.FindLink(_device.Tap.Name)?.Mac?.ToString() == "00:16:3e:77:77:77");
    }

    [Fact]
    public void Another_name_is_followed()
    {
        A.Run("ip", "link", "set", Lab.Guest.Interface, "down").Checked();
        A.Run("ip", "link", "set", Lab.Guest.Interface, "name", "lan0").Checked();
        Follow(network => _guard.Check(network).Name == "lan0");
    }

    /// <summary>Checks snapshot after snapshot until one is as wanted.</summary>
    private void Follow(Predicate<NetworkSnapshot> wanted)
    {
        while (true)
        {
            NetworkSnapshot network = _mirror.Current;
            _guard.Check(network);
            if (wanted(network))
            {
                return;
            }

            Assert.True(_mirror.WaitForChange(Limit), "Nothing changes any more.");
        }
    }
}
