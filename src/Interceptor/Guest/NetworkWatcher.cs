using Microsoft.Extensions.Logging;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Follows the kernel's interfaces, routes and neighbours on a thread of its own, which sleeps until one changes.</summary>
internal sealed unsafe class NetworkWatcher : IDisposable
{
    /// <summary>Most refusals in a row that are borne: a moment without memory must not end the agent.</summary>
    private const int MaximumFailures = 5;

    private const int PauseMilliseconds = 1000;

    private readonly RouteMirror _mirror;
    private readonly Action _changed;
    private readonly Action<Exception> _failed;
    private readonly ILogger _log;
    private readonly FileDescriptor _stop;
    private readonly Thread _thread;

    private NetworkWatcher(RouteMirror mirror, Action changed, Action<Exception> failed, FileDescriptor stop, ILogger log)
    {
        _mirror = mirror;
        _changed = changed;
        _failed = failed;
        _stop = stop;
        _log = log;
        _thread = new Thread(Follow) { Name = "network view", IsBackground = true };
    }

    /// <summary>Starts the thread, which owns <paramref name="mirror"/> until <see cref="Dispose"/>.</summary>
    /// <param name="mirror">The kernel's view.</param>
    /// <param name="changed">Called after each change, on the thread.</param>
    /// <param name="failed">Called, once and last, if the kernel can no longer be followed; must not call <see cref="Dispose"/> itself.</param>
    /// <param name="log">The log, for people.</param>
    /// <exception cref="GuestSetupException">No descriptors are left.</exception>
    public static NetworkWatcher Start(RouteMirror mirror, Action changed, Action<Exception> failed, ILogger log)
    {
        var stop = new FileDescriptor(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
        if (stop.IsInvalid)
        {
            throw new GuestSetupException($"No descriptors are left: {Errno.Describe(LibC.LastError)}. Raise the limit of open files (ulimit -n).");
        }

        var watcher = new NetworkWatcher(mirror, changed, failed, stop, log);
        watcher._thread.Start();
        return watcher;
    }

    /// <summary>Ends the thread; nothing is called any more afterwards, and the mirror may be closed.</summary>
    public void Dispose()
    {
        ulong one = 1;
        LibC.write(_stop.Number, &one, sizeof(ulong));
        _thread.Join();
        _stop.Dispose();
    }

    private void Follow()
    {
        int failures = 0;
        do
        {
            try
            {
                if (_mirror.Update())
                {
                    _changed();
                }

                failures = 0;
            }
            catch (NetlinkException error)
            {
                failures++;
                if (failures == MaximumFailures)
                {
                    _failed(error);
                    return;
                }

                GuestLog.NetworkUnseen(_log, error.Message);
            }
        }
        while (failures == 0 ? WaitForChange() : Pause());
    }

    /// <summary>Waits until something may have changed; false: stop.</summary>
    private bool WaitForChange()
    {
        pollfd* wanted = stackalloc pollfd[2];
        wanted[0] = new pollfd { fd = _stop.Number, events = LibC.POLLIN };
        wanted[1] = new pollfd { fd = _mirror.Descriptor, events = LibC.POLLIN };
        LibC.poll(wanted, 2, Timeout.Infinite);
        return wanted[0].revents == 0;
    }

    /// <summary>Waits a while: what could not be asked for stays to be asked for, whether or not anything else changes. False: stop.</summary>
    private bool Pause()
    {
        var stop = new pollfd { fd = _stop.Number, events = LibC.POLLIN };
        LibC.poll(&stop, 1, PauseMilliseconds);
        return stop.revents == 0;
    }
}
