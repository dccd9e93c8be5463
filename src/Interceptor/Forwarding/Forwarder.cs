using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using XenLoop.Discovery;
using XenLoop.Interceptor.Tap;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>The data path: waits for captured packets and for peers' doorbells, and moves packets both ways.</summary>
/// <remarks>
/// <para>
/// Everything that changes ports comes in through <see cref="Post"/> and runs between two passes. An event sets a port's ready
/// mark, and the mark stays until a pass found nothing more; or, of a queue, took one packet: what is left there is reported again.
/// </para>
/// <para>
/// One thread for both directions, or at times one for each (<see cref="ForwarderThreads"/>). Two share nothing but the ports' states:
/// each holds its own gate while it works, and whoever changes what both look at holds both, the capturing one first. What the
/// injecting thread finds that concerns both it leaves for <see cref="Attend()"/>.
/// </para>
/// </remarks>
internal sealed unsafe partial class Forwarder : IDisposable
{
    private const int EventsPerWait = 64;

    private readonly EventLoop _loop = new();
    private readonly EventLoop _bells;
    private readonly List<PeerPort> _ports = [];
    private readonly IForwarderListener _listener;
    private readonly VerdictTimer _verdictTimer;
    private readonly CapturePath _capture;
    private readonly InjectionPath _injection;
    private readonly HoldPolicy _hold;
    private readonly ChannelEnd _ends;
    private readonly PortDeadlines _deadlines;
    private readonly PollPolicy? _polls;
    private readonly Thread[] _threads;
    private volatile DestinationTable _destinations = DestinationTable.Empty;
    private volatile bool _stopping;
    private bool _attention;
    private bool _ranPosted;

    /// <summary>Prepares the data path; <see cref="Start"/> sets it going.</summary>
    /// <param name="tap">Where packets from peers go.</param>
    /// <param name="listener">Told about traffic without a channel and failed channels, on the data path's thread.</param>
    /// <param name="threads">How many threads.</param>
    /// <param name="polls">Look for work for a while before sleeping, where that gains.</param>
    /// <param name="holdLimitMilliseconds">How long a full ring may hold packets without progress.</param>
    public Forwarder(TapDevice tap, IForwarderListener listener, ForwarderThreads threads, bool polls = false, int holdLimitMilliseconds = HoldPolicy.DefaultLimit)
    {
        _bells = threads == ForwarderThreads.Two ? new EventLoop() : _loop;
        _division = threads == ForwarderThreads.Two ? new DivisionPolicy() : null;
        _polls = polls ? new PollPolicy() : null;
        _listener = listener;
        _hold = new HoldPolicy(holdLimitMilliseconds, OnViolation, listener.OnTooSlow);
        _verdictTimer = new VerdictTimer(_loop);
        _capture = new CapturePath(listener.OnTrafficWithoutChannel, _hold, _verdictTimer);
        _injection = new InjectionPath(tap, () => _attention = true);
        _ends = new ChannelEnd(Unwatch, _capture, _hold, listener);
        _deadlines = new PortDeadlines(_hold, OnCloseOverdue, OnRingEmpty);
        _threads = threads == ForwarderThreads.Two ? [NewThread(CaptureLoop, "capture"), NewThread(InjectionLoop, "injection")] : [NewThread(CaptureLoop, "data path")];
    }

    /// <summary>Who owns which destination; may be replaced at any time by another thread.</summary>
    public DestinationTable Destinations
    {
        get => _destinations;
        set => _destinations = value;
    }

    /// <summary>All ports, for a pass over them: not to be used after anything that adds or removes one.</summary>
    private ReadOnlySpan<PeerPort> Ports => CollectionsMarshal.AsSpan(_ports);

    /// <summary>Starts the threads.</summary>
    public void Start() => Array.ForEach(_threads, static thread => thread.Start());

    /// <summary>Runs <paramref name="action"/> on the data path's thread between two passes.</summary>
    public void Post(Action action) => _loop.Post(action);

    /// <summary>Sets the MTU of the interface that packets are captured at, in bytes.</summary>
    public void SetMtu(int mtu) => Post(() => _capture.Mtu = mtu);

    /// <summary>Adds a peer; its queue is read from now on. Owns <paramref name="port"/>.</summary>
    /// <param name="port">The peer's port.</param>
    /// <param name="lost">Told, on the data path's thread, if its queue cannot be watched; the port is closed then.</param>
    public void Add(PeerPort port, Action<PeerPort> lost) => Post(() =>
    {
        _ports.Add(port);
        port.CaptureReady = true;
        if (!_loop.TryWatchQueue(port.Queue.Fd, port.Domain.Value))
        {
            // Nobody would read it: closed, the kernel bypasses it.
            _ends.Close(port);
            _ports.Remove(port);
            lost(port);
        }
    });

    /// <summary>Removes a peer: what waits in its queue goes the standard way, and the queue is closed.</summary>
    public void Remove(PeerPort port) => Post(() =>
    {
        // One that could not be watched is closed already, and its descriptor's number may be somebody else's.
        if (_ports.Remove(port))
        {
            _ends.Close(port);
            _hold.Forget(port.Domain);
        }
    });

    /// <summary>
    /// Says whether packets for a peer are to be captured. The firewall's rules follow, and would do without this; but what is no
    /// longer captured overtakes what still waits in the queue for this thread's turn, a few milliseconds on a busy machine.
    /// </summary>
    public void SetCaptured(PeerPort port, bool captured) => Post(() =>
    {
        if (!_ports.Contains(port))
        {
            // As in Remove.
            return;
        }

        port.BypassWhenEmpty = !captured;
        if (captured)
        {
            port.Queue.SetBypass(false);
        }
        else
        {
            port.CaptureReady = true;
        }
    });

    /// <summary>Puts a connected channel to use.</summary>
    /// <param name="port">The peer's port.</param>
    /// <param name="channel">Used until it is released.</param>
    /// <param name="peerTakesOffload">The peer takes partial checksums and super-packets.</param>
    /// <param name="captureWhole">Ask the kernel for such packets; otherwise it segments and sums first.</param>
    public void Attach(PeerPort port, Channel channel, bool peerTakesOffload, bool captureWhole) => Post(() =>
    {
        if (!_ports.Contains(port))
        {
            // Its queue could not be watched; the peer must not fill a ring that nobody reads.
            _listener.OnChannelFailed(port.Domain, ChannelFailure.PeerGone);
            return;
        }

        port.Attach(channel, peerTakesOffload, _hold.PatienceWith(port.Domain, channel));
        port.Queue.SetSegmentation(captureWhole);
        Listen(port, channel, _divided ? _bells : _loop);
    });

    /// <summary>Lets go of a port's channel.</summary>
    /// <param name="port">The peer's port.</param>
    /// <param name="orderly">True: close our direction and inject what the peer still publishes, until it closes its own or a second has passed.</param>
    /// <returns>Completes when the channel's pages are no longer touched.</returns>
    public Task ReleaseAsync(PeerPort port, bool orderly)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => _ends.Release(port, orderly, released));
        return released.Task;
    }

    /// <summary>Stops the threads and closes all queues; channels must have been released.</summary>
    public void Dispose()
    {
        _stopping = true;
        _loop.Wake();
        _bells.Wake();
        foreach (Thread thread in _threads)
        {
            if (thread.IsAlive)
            {
                thread.Join();
            }
        }

        _ports.ForEach(_ends.Close);
        _capture.Dispose();
        _injection.Dispose();
        _verdictTimer.Dispose();
        _bells.Dispose();
        _loop.Dispose();
    }

    private static Thread NewThread(ThreadStart loop, string name) => new(loop)
    {
        Name = name,
        IsBackground = true,
    };

    /// <summary>Has the peer's doorbell reported.</summary>
    private void Listen(PeerPort port, Channel channel, EventLoop loop)
    {
        int doorbell = channel.Doorbell.PollFd;
        int liveness = channel.Link.LivenessFd;
        if (!loop.TryWatch(doorbell, EventSource.Doorbell, port.Domain.Value)
            || (liveness >= 0 && liveness != doorbell && !loop.TryWatch(liveness, EventSource.Liveness, port.Domain.Value)))
        {
            _ends.OnUnheard(port);
        }
    }

    private void Unwatch(int fd)
    {
        _loop.Unwatch(fd);
        _bells.Unwatch(fd);
    }

    private void Dispatch(EventLoop loop, epoll_event* events, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (EventLoop.SourceOf(events[i]) == EventSource.Posted)
            {
                lock (_injectionGate)
                {
                    loop.RunPosted();
                    _ranPosted = true;
                }
            }
            else
            {
                Dispatch(EventLoop.SourceOf(events[i]), EventLoop.DomainOf(events[i]), EventLoop.IsHangUp(events[i]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Dispatch(EventSource source, ushort domain, bool hungUp)
    {
        if (source == EventSource.VerdictTimer)
        {
            SendVerdicts();
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
            if (!MayCapture(port))
            {
                // What stays in the queue would be reported again at once.
                Pause(port, paused: true);
            }
        }
        else if (port.LiveChannel is { } channel)
        {
            if (source == EventSource.Doorbell)
            {
                OnDoorbell(port, channel);
            }

            _attention |= hungUp || source == EventSource.Liveness || channel.PeerLeft;
        }
    }

    private void SendVerdicts()
    {
        _verdictTimer.Acknowledge();
        foreach (PeerPort port in Ports)
        {
            _capture.EndWait(port);
        }
    }

    private void OnDoorbell(PeerPort port, Channel channel)
    {
        channel.Doorbell.Acknowledge();
        port.Counters.ReceivedDoorbells++;
        port.InjectReady = true;
        _attention |= port.State == PortState.Held;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PeerPort? Find(ushort domain)
    {
        foreach (PeerPort port in Ports)
        {
            if (port.Domain.Value == domain)
            {
                return port;
            }
        }

        return null;
    }
}
