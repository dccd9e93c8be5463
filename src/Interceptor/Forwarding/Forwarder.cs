using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Tap;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// The data path: one thread that waits for captured packets and for peers' doorbells, and moves packets both ways. One thread
/// for both directions beats two for small messages, because each wake-up of another thread costs more than a packet.
/// </summary>
/// <remarks>
/// Everything that changes ports comes in through <see cref="Post"/> and runs between two passes, so that nothing here needs a
/// lock. All descriptors are watched edge-triggered: an event sets a port's ready mark, and the mark stays until a pass found
/// nothing more, so that neither a full queue that is being held nor an unread doorbell keeps the thread awake.
/// </remarks>
internal sealed unsafe class Forwarder : IDisposable
{
    private const int EventsPerWait = 64;

    /// <summary>Passes of injection after the peer's death: more than a ring of the usual size ever holds.</summary>
    private const int FarewellRounds = 1024;

    /// <summary>Milliseconds that a verdict may wait for company; it holds a little of the sender's socket buffer.</summary>
    private const int VerdictMilliseconds = 2;

    /// <summary>How long an orderly release waits for the peer's closing mark.</summary>
    private const int CloseMilliseconds = 1000;

    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _wake;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly List<PeerPort> _ports = [];
    private readonly IForwarderListener _listener;
    private readonly CapturePath _capture;
    private readonly InjectionPath _injection;
    private readonly HoldPolicy _hold;
    private readonly Thread _thread;
    private volatile DestinationTable _destinations = DestinationTable.Empty;
    private volatile bool _stopping;

    /// <summary>Prepares the data path; <see cref="Start"/> sets it going.</summary>
    /// <param name="tap">Where packets from peers go.</param>
    /// <param name="listener">Told about first traffic and failed channels, on the data path's thread.</param>
    /// <param name="holdLimitMilliseconds">How long a full ring may hold packets without progress.</param>
    public Forwarder(TapDevice tap, IForwarderListener listener, int holdLimitMilliseconds = HoldPolicy.DefaultLimit)
    {
        _listener = listener;
        _epoll = new FileDescriptor(LibC.epoll_create1(LibC.EPOLL_CLOEXEC));
        _wake = new FileDescriptor(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
        _hold = new HoldPolicy(holdLimitMilliseconds, OnViolation);
        _capture = new CapturePath(listener.OnFirstTraffic, _hold);
        _injection = new InjectionPath(tap, OnViolation);
        _thread = new Thread(Loop) { Name = "data path", IsBackground = true };
        Watch(_wake.Number, EventSource.Posted, 0);
    }

    /// <summary>Who owns which destination; may be replaced at any time by another thread.</summary>
    public DestinationTable Destinations
    {
        get => _destinations;
        set => _destinations = value;
    }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Runs <paramref name="action"/> on the data path's thread between two passes.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        ulong one = 1;
        LibC.write(_wake.Number, &one, sizeof(ulong));
    }

    /// <summary>Sets the MTU of the interface that packets are captured at, in bytes.</summary>
    public void SetMtu(int mtu) => Post(() => _capture.Mtu = mtu);

    /// <summary>Adds a peer; its queue is read from now on. Owns <paramref name="port"/>.</summary>
    public void Add(PeerPort port) => Post(() =>
    {
        _ports.Add(port);
        Watch(port.Queue.Fd, EventSource.Queue, port.Domain.Value);
        port.CaptureReady = true;
    });

    /// <summary>Removes a peer: what waits in its queue goes the standard way, and the queue is closed.</summary>
    public void Remove(PeerPort port) => Post(() =>
    {
        Close(port);
        _ports.Remove(port);
    });

    /// <summary>Puts a connected channel to use.</summary>
    /// <param name="port">Whose.</param>
    /// <param name="channel">Used until it is released.</param>
    /// <param name="peerTakesOffload">The peer takes partial checksums and super-packets.</param>
    /// <param name="captureWhole">Ask the kernel for such packets; otherwise it segments and sums first.</param>
    public void Attach(PeerPort port, Channel channel, bool peerTakesOffload, bool captureWhole) => Post(() =>
    {
        port.Attach(channel, peerTakesOffload);
        port.Queue.SetSegmentation(captureWhole);
        Watch(channel.Doorbell.PollFd, EventSource.Doorbell, port.Domain.Value);
        if (channel.Link.LivenessFd >= 0 && channel.Link.LivenessFd != channel.Doorbell.PollFd)
        {
            Watch(channel.Link.LivenessFd, EventSource.Liveness, port.Domain.Value);
        }
    });

    /// <summary>Lets go of a port's channel.</summary>
    /// <param name="port">Whose.</param>
    /// <param name="orderly">True: close our direction and inject what the peer still publishes, until it closes its own or a second has passed.</param>
    /// <returns>Completes when the channel's pages are no longer touched.</returns>
    public Task ReleaseAsync(PeerPort port, bool orderly)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => Release(port, orderly, released));
        return released.Task;
    }

    /// <summary>Stops the thread and closes all queues; channels must have been released.</summary>
    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            _stopping = true;
            Post(static () => { });
            _thread.Join();
        }

        _ports.ForEach(Close);
        _capture.Dispose();
        _injection.Dispose();
        _wake.Dispose();
        _epoll.Dispose();
    }

    private void Loop()
    {
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        while (!_stopping)
        {
            bool more = RunPorts();
            int idle = TimeUntilNextDeadline();
            int count = LibC.epoll_wait(_epoll.Number, events, EventsPerWait, more ? 0 : idle);
            for (int i = 0; i < count; i++)
            {
                bool hungUp = (events[i].events & (LibC.EPOLLHUP | LibC.EPOLLERR)) != 0;
                Dispatch((EventSource)(events[i].data >> 32), (ushort)events[i].data, hungUp);
            }
        }
    }

    /// <summary>Gives each ready port its turn; false if no port has anything to do, and each open channel's peer knows that we sleep.</summary>
    private bool RunPorts()
    {
        bool more = false;
        DestinationTable destinations = _destinations;
        foreach (PeerPort port in _ports)
        {
            if (port.InjectReady)
            {
                _injection.Run(port);
                more |= port.InjectReady || !MayAwaitData(port);
            }

            if (port.CaptureReady && port.State != PortState.Held)
            {
                _capture.Run(port, destinations);
                more |= port.CaptureReady && port.State != PortState.Held;
            }
        }

        return more;
    }

    /// <summary>Asks the peer to ring for its next record; false if there is one already.</summary>
    private bool MayAwaitData(PeerPort port)
    {
        if (port.Channel is not { } channel || port.State == PortState.Failed)
        {
            return true;
        }

        if (channel.Inbound.ProducerClosed)
        {
            OnClosedByPeer(port);
            return true;
        }

        // A mark that comes after that look is no wish granted either, so that the next pass looks again, after the last records.
        if (channel.Inbound.PrepareToWaitForData())
        {
            return true;
        }

        port.InjectReady = true;
        return false;
    }

    private void Dispatch(EventSource source, ushort domain, bool hungUp)
    {
        if (source == EventSource.Posted)
        {
            RunPosted();
            return;
        }

        PeerPort? port = Find(domain);
        if (port is null)
        {
            return;
        }

        if (source == EventSource.Queue)
        {
            port.CaptureReady = true;
        }
        else if (port.State != PortState.Failed && port.Channel is { } channel)
        {
            if (source == EventSource.Doorbell)
            {
                OnDoorbell(port, channel);
            }

            if ((hungUp || source == EventSource.Liveness) && channel.PeerGone)
            {
                OnPeerGone(port);
            }
        }
    }

    private void OnDoorbell(PeerPort port, Channel channel)
    {
        channel.Doorbell.Acknowledge();
        port.Counters.ReceivedDoorbells++;
        port.InjectReady = true;
        if (port.State == PortState.Held)
        {
            _hold.TryResume(port);
        }
    }

    /// <summary>What the peer published before it died is as good as any packet; the rounds are bounded in case it lives on and only closed its doorbell.</summary>
    private void OnPeerGone(PeerPort port)
    {
        bool closing = port.State == PortState.Closing;
        port.InjectReady = true;
        for (int round = 0; round < FarewellRounds && port.InjectReady; round++)
        {
            _injection.Run(port);
        }

        // A violation on the way has ended it already.
        if (port.Channel is not null && port.State != PortState.Failed)
        {
            GiveUp(port);
            if (!closing)
            {
                _listener.OnChannelFailed(port.Domain, ChannelFailure.PeerGone);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PeerPort? Find(ushort domain)
    {
        foreach (PeerPort port in _ports)
        {
            if (port.Domain.Value == domain)
            {
                return port;
            }
        }

        return null;
    }

    private void RunPosted()
    {
        ulong count;
        LibC.read(_wake.Number, &count, sizeof(ulong));
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }
    }

    /// <summary>Milliseconds to sleep: until the next deadline, or -1 without one. What is due already is done first.</summary>
    private int TimeUntilNextDeadline()
    {
        long now = 0;
        long next = long.MaxValue;
        foreach (PeerPort port in _ports)
        {
            long deadline = port.State switch
            {
                PortState.Held => port.HoldDeadline,
                PortState.Closing => port.CloseDeadline,
                _ => long.MaxValue,
            };
            if (deadline == long.MaxValue && port.Queue.Verdicts.PendingPackets == 0)
            {
                continue;
            }

            now = now == 0 ? Environment.TickCount64 : now;
            if (deadline <= now)
            {
                OnDeadline(port, now);
                return 0;
            }

            next = Math.Min(next, Math.Min(deadline, VerdictDeadline(port, now)));
        }

        return next == long.MaxValue ? -1 : (int)Math.Min(next - now, int.MaxValue);
    }

    /// <summary>When the port's waiting verdicts must go; they go now if that has passed.</summary>
    private static long VerdictDeadline(PeerPort port, long now)
    {
        if (port.Queue.Verdicts.PendingPackets == 0)
        {
            port.VerdictDeadline = 0;
            return long.MaxValue;
        }

        if (port.VerdictDeadline == 0)
        {
            port.VerdictDeadline = now + VerdictMilliseconds;
        }
        else if (port.VerdictDeadline <= now)
        {
            port.Queue.Verdicts.Flush();
            port.VerdictDeadline = 0;
            return long.MaxValue;
        }

        return port.VerdictDeadline;
    }

    private void OnDeadline(PeerPort port, long now)
    {
        if (port.State == PortState.Held)
        {
            _hold.OnDeadline(port, now);
        }
        else
        {
            LetGo(port);
        }
    }

    private void Release(PeerPort port, bool orderly, TaskCompletionSource released)
    {
        if (port.Channel is not { } channel)
        {
            released.SetResult();
            return;
        }

        port.Released = released;
        if (!orderly || port.State == PortState.Failed)
        {
            LetGo(port);
            return;
        }

        channel.Outbound.Close();
        channel.Doorbell.Ring();
        port.State = PortState.Closing;
        port.CloseDeadline = Environment.TickCount64 + CloseMilliseconds;
        port.CaptureReady = true;
        port.InjectReady = true;
    }

    private void OnClosedByPeer(PeerPort port)
    {
        if (port.State == PortState.Closing)
        {
            LetGo(port);
        }
        else if (!port.ClosedByPeer)
        {
            port.ClosedByPeer = true;
            _listener.OnChannelFailed(port.Domain, ChannelFailure.ClosedByPeer);
        }
    }

    private void OnViolation(PeerPort port, RingViolation violation)
    {
        GiveUp(port);
        _listener.OnViolation(port.Domain, violation);
    }

    /// <summary>Ends the use of a channel for good. Who waits for its release must not wait for a peer that is gone or broke the protocol.</summary>
    private void GiveUp(PeerPort port)
    {
        if (port.State == PortState.Closing)
        {
            LetGo(port);
        }
        else
        {
            Fail(port);
        }
    }

    private static void Fail(PeerPort port)
    {
        port.State = PortState.Failed;
        port.InjectReady = false;
        port.CaptureReady = true;
    }

    /// <summary>The kernel drops what a closing queue still holds, so that must be on its way before.</summary>
    private void Close(PeerPort port)
    {
        if (port.Channel is not null)
        {
            LetGo(port);
        }

        Fail(port);
        while (port.CaptureReady)
        {
            _capture.Run(port, DestinationTable.Empty);
        }

        port.Dispose();
    }

    private void LetGo(PeerPort port)
    {
        Channel channel = port.Channel!;
        Unwatch(channel.Doorbell.PollFd);
        Unwatch(channel.Link.LivenessFd);
        port.InjectReady = false;
        port.Detach();
    }

    private void Watch(int fd, EventSource source, ushort domain)
    {
        var change = new epoll_event { events = LibC.EPOLLIN | LibC.EPOLLET, data = ((ulong)source << 32) | domain };
        if (LibC.epoll_ctl(_epoll.Number, LibC.EPOLL_CTL_ADD, fd, &change) != 0)
        {
            throw new GuestSetupException($"Cannot watch descriptor {fd}: {Errno.Describe(LibC.LastError)}.");
        }
    }

    private void Unwatch(int fd)
    {
        if (fd >= 0)
        {
            epoll_event none = default;
            LibC.epoll_ctl(_epoll.Number, LibC.EPOLL_CTL_DEL, fd, &none);
        }
    }
}
