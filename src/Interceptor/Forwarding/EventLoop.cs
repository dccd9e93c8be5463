using System.Collections.Concurrent;
using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// What the data path's thread sleeps on: an epoll instance, and work that other threads post.
/// </summary>
/// <remarks>
/// Queues are watched level-triggered: a receive that would only find out that nothing more is there costs 300 ns, as much as a
/// tenth of a packet's way, and the next sleep finds that out by the way. While a queue is not to be read, it is paused. All else is
/// watched edge-triggered, so that an unread doorbell does not keep the thread awake.
/// </remarks>
internal sealed unsafe class EventLoop : IDisposable
{
    private readonly FileDescriptor _epoll = new(LibC.epoll_create1(LibC.EPOLL_CLOEXEC));
    private readonly FileDescriptor _wake = new(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
    private readonly ConcurrentQueue<Action> _posted = new();

    /// <summary>Opens the loop's descriptors.</summary>
    /// <exception cref="GuestSetupException">The process has no descriptors left.</exception>
    public EventLoop()
    {
        if (_epoll.IsInvalid || _wake.IsInvalid || !TryWatch(_wake.Number, EventSource.Posted, 0))
        {
            throw new GuestSetupException($"No descriptors for the data path: {Errno.Describe(LibC.LastError)}. Raise the limit of open files (ulimit -n).");
        }
    }

    /// <summary>Runs <paramref name="action"/> on the loop's thread, when it next calls <see cref="RunPosted"/>. Any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    /// <summary>Ends the present or next <see cref="Wait"/> with an event of <see cref="EventSource.Posted"/>. Any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        LibC.write(_wake.Number, &one, sizeof(ulong));
    }

    /// <summary>Runs what was posted. To be called on an event of <see cref="EventSource.Posted"/>.</summary>
    public void RunPosted()
    {
        ulong count;
        LibC.read(_wake.Number, &count, sizeof(ulong));
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }
    }

    /// <summary>Reports changes of <paramref name="fd"/> from now on; false if the kernel has no room for another watch.</summary>
    public bool TryWatch(int fd, EventSource source, ushort domain) => Change(LibC.EPOLL_CTL_ADD, fd, LibC.EPOLLIN | LibC.EPOLLET, source, domain);

    /// <summary>Reports a queue from now on for as long as it holds packets; false if the kernel has no room for another watch.</summary>
    public bool TryWatchQueue(int fd, ushort domain) => Change(LibC.EPOLL_CTL_ADD, fd, LibC.EPOLLIN, EventSource.Queue, domain);

    /// <summary>Reports a queue no more, whatever it holds, or again. The kernel reports errors all the same: then once, and not until they are received.</summary>
    public void PauseQueue(int fd, ushort domain, bool paused) => Change(LibC.EPOLL_CTL_MOD, fd, paused ? LibC.EPOLLET : LibC.EPOLLIN, EventSource.Queue, domain);

    /// <summary>Reports nothing of <paramref name="fd"/> any more; -1 and descriptors that are not watched do no harm.</summary>
    public void Unwatch(int fd)
    {
        epoll_event none = default;
        LibC.epoll_ctl(_epoll.Number, LibC.EPOLL_CTL_DEL, fd, &none);
    }

    /// <summary>Sleeps until an event or for <paramref name="timeoutMilliseconds"/> (-1: forever, 0: not at all).</summary>
    /// <returns>How many of <paramref name="events"/> were filled.</returns>
    public int Wait(epoll_event* events, int most, int timeoutMilliseconds) =>
        DirectCalls.EpollWait(_epoll.Number, events, most, timeoutMilliseconds);

    /// <summary>The source of an event.</summary>
    public static EventSource SourceOf(in epoll_event happened) => (EventSource)(happened.data >> 32);

    /// <summary>The domain number that an event's descriptor was watched with.</summary>
    public static ushort DomainOf(in epoll_event happened) => (ushort)happened.data;

    /// <summary>True if the descriptor's other end is closed.</summary>
    public static bool IsHangUp(in epoll_event happened) => (happened.events & (LibC.EPOLLHUP | LibC.EPOLLERR)) != 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _wake.Dispose();
        _epoll.Dispose();
    }

    private bool Change(int operation, int fd, uint events, EventSource source, ushort domain)
    {
        var change = new epoll_event { events = events, data = ((ulong)source << 32) | domain };
        return LibC.epoll_ctl(_epoll.Number, operation, fd, &change) == 0;
    }
}
