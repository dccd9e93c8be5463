using Microsoft.Extensions.Logging;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Watches the two interfaces that the data path was set up for: without either of them packets from peers would be lost in
/// silence, so the agent rather ends.
/// </summary>
internal sealed class LinkGuard : IDisposable
{
    private readonly LinkEntry _link;
    private readonly string _tap;
    private readonly LinkControl _control;
    private readonly ILogger _log;
    private bool _tapSeen;

    private LinkGuard(LinkEntry link, string tap, LinkControl control, ILogger log)
    {
        _link = link;
        _tap = tap;
        _control = control;
        _log = log;
    }

    /// <summary>For an interface and the TAP that injects into it, in the calling thread's network namespace.</summary>
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

    /// <summary>Looks at both, and switches the TAP on again if somebody has switched it off.</summary>
    /// <returns>The interface as it is now.</returns>
    /// <exception cref="GuestSetupException">One is gone, or is not what it was.</exception>
    public LinkEntry Check(NetworkSnapshot network)
    {
        if (!network.Links.TryGetValue(_link.Index, out LinkEntry? link) || link.Name != _link.Name || link.Mac != _link.Mac)
        {
            throw new GuestSetupException($"The interface {_link.Name} was renamed, removed or got another Ethernet address; traffic takes the standard path. Start xenloop again.");
        }

        // A snapshot from before the TAP was made does not have it yet.
        if (network.Links.TryGetValue(_control.Index, out LinkEntry? tap))
        {
            _tapSeen = true;
            if (!tap.IsUp)
            {
                Raise();
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

    private GuestSetupException Gone(NetlinkException? error) =>
        new($"The interface {_tap}, through which packets from peers come in, was removed or cannot be switched on; traffic takes the standard path. Start xenloop again.", error!);
}
