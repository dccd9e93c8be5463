using XenLoop.Netlink;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Follows the kernel's interfaces, routes and neighbours on a thread of its own, which sleeps until one changes.</summary>
internal sealed class NetworkWatcher
{
    private readonly RouteMirror _mirror;
    private readonly Action _changed;
    private readonly Action<Exception> _failed;

    /// <summary>Calls <paramref name="changed"/> after each change, and <paramref name="failed"/> if the kernel can no longer be followed.</summary>
    public NetworkWatcher(RouteMirror mirror, Action changed, Action<Exception> failed)
    {
        _mirror = mirror;
        _changed = changed;
        _failed = failed;
    }

    /// <summary>The kernel's view as last seen. Any thread.</summary>
    public NetworkSnapshot Current => _mirror.Current;

    /// <summary>Starts the thread; it ends with the process.</summary>
    public void Start() => new Thread(Follow) { Name = "network view", IsBackground = true }.Start();

    private void Follow()
    {
        try
        {
            while (_mirror.WaitForChange(Timeout.Infinite))
            {
                _changed();
            }
        }
        catch (NetlinkException error)
        {
            _failed(error);
        }
    }
}
