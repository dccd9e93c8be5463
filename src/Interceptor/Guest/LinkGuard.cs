using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;
using XenLoop.Netlink.TrafficControl;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Watches the two interfaces that the data path was set up for: without either of them packets from peers would be lost in
/// silence, so the agent rather ends.
/// </summary>
internal sealed class LinkGuard : IDisposable
{
    /// <summary>Times in a row that the redirect is made again without a sign of it, on a kernel that does not show it.</summary>
    private const int MostRedirects = 5;

    private LinkEntry _link;
    private readonly string _tap;
    private readonly LinkControl _control;
    private readonly ILogger _log;
    private bool _tapSeen;
    private int _redirects;

    private LinkGuard(LinkEntry link, string tap, LinkControl control, ILogger log)
    {
        _link = link;
        _tap = tap;
        _control = control;
        _log = log;
    }

    /// <summary>Watches an interface and the TAP that injects into it, in the calling thread's network namespace.</summary>
    /// <exception cref="GuestSetupException">The TAP is not there.</exception>
    public static LinkGuard Open(LinkEntry link, string tap, ILogger log)
    {
        try
        {
            return new LinkGuard(link, tap, LinkControl.Open(tap), log);
        }
        catch (NetlinkException error)
        {
            throw new GuestSetupException(error.Message, error);
        }
    }

    /// <summary>Checks both interfaces. Switches the TAP on again if somebody has switched it off, redirects what arrives there again if somebody has ended that, and gives it the interface's Ethernet address if that was changed.</summary>
    /// <returns>The interface as it is now.</returns>
    /// <exception cref="GuestSetupException">One of them is gone.</exception>
    public LinkEntry Check(NetworkSnapshot network)
    {
        if (!network.Links.TryGetValue(_link.Index, out LinkEntry? link))
        {
            throw new GuestSetupException($"The interface {_link.Name} was removed; traffic takes the standard path. Start xenloop again.");
        }

        if (link.HasXdp)
        {
            throw new GuestSetupException($"{link.Name} has an XDP program, which would not see packets from peers (the kernel skips XDP for redirected packets); traffic takes the standard path. Remove the program (ip link set dev {link.Name} xdp off), or do without xenloop.");
        }

        if (link != _link)
        {
            Tell(link);
            _link = link;
        }

        // A snapshot from before the TAP was made does not have it yet.
        if (network.Links.TryGetValue(_control.Index, out LinkEntry? tap))
        {
            _tapSeen = true;
            if (!tap.IsUp)
            {
                Raise();
            }

            if (tap.Mac != link.Mac && link.Mac is { } mac)
            {
                ChangeTapMac(mac);
            }

            if (network.IngressHooks.Contains(_control.Index))
            {
                _redirects = 0;
            }
            else if (_redirects < MostRedirects)
            {
                _redirects++;
                Redirect(link);
            }
        }
        else if (_tapSeen)
        {
            throw Gone(null);
        }

        return link;
    }

    /// <inheritdoc/>
    public void Dispose() => _control.Dispose();

    private void Raise()
    {
        try
        {
            _control.SetUp(up: true);
            GuestLog.TapRaised(_log, _tap);
        }
        catch (NetlinkException error)
        {
            throw Gone(error);
        }
    }

    /// <summary>Redirects what arrives on the TAP again: whoever clears the traffic control of all interfaces means no harm by it.</summary>
    private void Redirect(LinkEntry link)
    {
        try
        {
            _ = IngressRedirect.Install(_control.Index, link.Index);
            GuestLog.TapRedirected(_log, _tap, link.Name);
        }
        catch (NetlinkException error)
        {
            throw Gone(error);
        }
    }

    /// <summary>Gives the TAP the interface's Ethernet address: a frame to another is dropped as another host's, and those that are injected carry the interface's.</summary>
    private void ChangeTapMac(MacAddress mac)
    {
        try
        {
            _control.SetMac(mac);
        }
        catch (NetlinkException error)
        {
            throw Gone(error);
        }
    }

    private void Tell(LinkEntry now)
    {
        if (now.Name != _link.Name)
        {
            GuestLog.Renamed(_log, _link.Name, now.Name);
        }

        if (now.Mac != _link.Mac)
        {
            GuestLog.Readdressed(_log, now.Name, now.Mac?.ToString() ?? "none");
        }
    }

    private GuestSetupException Gone(NetlinkException? error) =>
        new($"The interface {_tap}, through which packets from peers come in, was removed, or cannot be switched on or redirected; traffic takes the standard path. Start xenloop again.", error!);
}
