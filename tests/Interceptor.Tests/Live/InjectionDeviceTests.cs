using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Tap;
using XenLoop.Lab;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class InjectionDeviceTests : IDisposable
{
    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a");

    private Lab.Guest A => _host["a"];

    [Fact]
    public void This_kernel_passes_the_self_test()
    {
        using InjectionDevice device = In(() => InjectionDevice.Create(Eth0(), OffloadMode.On));
        Assert.True(device.Offload);
        string link = A.Run("ip", "-d", "link", "show", device.Tap.Name).Checked().Output;
        Assert.Contains(A.Mac, link, StringComparison.Ordinal);
        Assert.Contains("UP", link, StringComparison.Ordinal);
    }

    [Fact]
    public void The_self_test_fails_where_the_kernel_refuses_the_packet()
    {
        using TapDevice down = In(() => TapDevice.Create("xl%d"));
        Assert.True(down.TrySetOffload(enabled: true));

        // A TAP that is down refuses every frame (EIO, tun_get_user).
        Assert.Equal(5, OffloadSelfTest.Run(down));
    }

    [Fact]
    public void Switched_off_means_off()
    {
        using InjectionDevice device = In(() => InjectionDevice.Create(Eth0(), OffloadMode.Off));
        Assert.False(device.Offload);
        Assert.Contains("--offload off", device.OffloadReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using (InjectionDevice device = In(() => InjectionDevice.Create(Eth0(), OffloadMode.Auto)))
        {
            Assert.NotEmpty(A.Run("ip", "link", "show", device.Tap.Name).Checked().Output);
        }

        Assert.DoesNotContain("xl0", A.Run("ip", "link").Checked().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_without_Ethernet_address_is_refused_and_nothing_is_left_behind()
    {
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => In(() => InjectionDevice.Create(Eth0() with { Mac = null }, OffloadMode.Auto)));
        Assert.Contains("no Ethernet address", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xl0", A.Run("ip", "link").Checked().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_use_is_refused_in_words()
    {
        using TapDevice first = In(() => TapDevice.Create("xltaken"));
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => In(() => TapDevice.Create("xltaken")));
        Assert.Contains("'xltaken' is in use", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sixteencharacter")]
    [InlineData("morethansixteencharacters")]
    public void A_name_that_is_too_long_is_refused_in_words(string name)
    {
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => In(() => TapDevice.Create(name)));
        Assert.Contains("15 bytes", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _host.Dispose();

    private static LinkEntry Eth0()
    {
        using RouteMirror mirror = RouteMirror.Open();
        return mirror.Current.FindLink(Lab.Guest.Interface)!;
    }

    private T In<T>(Func<T> work) => A.Namespace.Enter(work);
}
