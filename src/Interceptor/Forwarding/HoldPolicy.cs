using System.Runtime.CompilerServices;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// When packets stay without a verdict in the kernel's queue, so that nothing is lost or reordered and the senders slow down: while a
/// peer's ring is full, but no longer than the peer may take to consume anything at all, and not for one that consumes next to nothing
/// (<see cref="PeerPatience"/>); and for a moment when the path changes.
/// </summary>
internal sealed class HoldPolicy
{
    /// <summary>Milliseconds without any progress of the consumer after which what is held goes the standard way.</summary>
    public const int DefaultLimit = 200;

    /// <summary>
    /// Milliseconds that the last packets on the one path are given before the first one takes the other. On a busy machine they wait
    /// that long for a softirq; the clock that is asked ticks every 4.
    /// </summary>
    public const int SettleMilliseconds = 8;

    /// <summary>Longest wait for a peer that makes progress, but little, as a multiple of the limit.</summary>
    private const int LimitsPerPeriod = 5;

    private readonly int _limitMilliseconds;
    private readonly Action<PeerPort, RingViolation> _violated;
    private readonly Action<DomainId, int> _tooSlow;
    private readonly Dictionary<DomainId, PeerPatience> _patience = [];

    /// <summary>Makes the hold policy of one data path.</summary>
    /// <param name="limitMilliseconds">Milliseconds that packets wait without any progress of the consumer.</param>
    /// <param name="violated">Told if a peer's index is impossible.</param>
    /// <param name="tooSlow">Told if a peer is left alone, and for how many milliseconds.</param>
    public HoldPolicy(int limitMilliseconds, Action<PeerPort, RingViolation> violated, Action<DomainId, int> tooSlow)
    {
        _limitMilliseconds = limitMilliseconds;
        _violated = violated;
        _tooSlow = tooSlow;
    }

    /// <summary>What is left of the patience with a peer whose channel is put to use.</summary>
    public PeerPatience PatienceWith(DomainId peer, Channel channel)
    {
        if (!_patience.TryGetValue(peer, out PeerPatience? patience))
        {
            patience = new PeerPatience(LimitsPerPeriod * _limitMilliseconds);
            _patience.Add(peer, patience);
        }

        // Used up by waiting for its last ring to be emptied: a peer could close and open channels for the sake of that.
        if (patience.Left == 0)
        {
            _tooSlow(peer, patience.BeginRest(Environment.TickCount64));
        }

        patience.Attach(channel.Outbound.Consumed);
        return patience;
    }

    /// <summary>A peer has left. One that was slow is remembered, or it would only have to come back; at most one entry for each domain number.</summary>
    public void Forget(DomainId peer)
    {
        if (_patience.TryGetValue(peer, out PeerPatience? patience) && patience.MayBeForgotten(Environment.TickCount64))
        {
            _patience.Remove(peer);
        }
    }

    /// <summary>Bytes that the longest packet takes in a ring: with less room than this, nothing is received without a look at its length.</summary>
    public static int LongestRecord(RingProducer ring) =>
        (int)RingRecord.Bytes((uint)Math.Min(QueueSocket.LongestPayload, ring.MaxPayload));

    /// <summary>The ring is full: waits for the consumer, unless room has just been made. All committed records must have been published.</summary>
    /// <param name="port">The peer's port.</param>
    /// <param name="recordBytes">Bytes that the next packet takes in the ring.</param>
    public void Begin(PeerPort port, int recordBytes)
    {
        RingProducer ring = port.Channel!.Outbound;
        port.Hold.RecordBytes = recordBytes;

        // Before the wish to be rung: whoever takes note of the ring must see what it is for.
        port.State = PortState.Held;
        if (!PrepareToWait(port, ring))
        {
            port.State = port.State == PortState.Held ? PortState.Open : port.State;
            return;
        }

        PeerPatience patience = port.Patience!;
        patience.Note(ring.Consumed);
        port.Hold.Started = Environment.TickCount64;
        port.Hold.Charged = port.Hold.Started;
        port.Hold.Consumed = ring.Consumed;
        port.Hold.Deadline = port.Hold.Started + Math.Min(_limitMilliseconds, patience.Left);
        port.Counters.Holds++;
    }

    /// <summary>A channel is put to use: packets wait, or they would overtake the last ones on the standard path.</summary>
    public static void BeginOpening(PeerPort port, long now)
    {
        port.Switch.Deadline = now + SettleMilliseconds;
        port.Switch.AwaitsRing = false;
    }

    /// <summary>A channel begins to close: until the peer has taken what is in the ring, packets wait, or they would overtake it on the standard path.</summary>
    public void BeginClosing(PeerPort port, long now)
    {
        Interrupt(port, now);
        port.Hold.Charged = now;

        // What goes the standard way already need not wait.
        port.Switch.Deadline = now + (port.State == PortState.Stalled ? 0 : Math.Min(_limitMilliseconds, port.Patience!.Left));
        port.Switch.AwaitsRing = true;
    }

    /// <summary>True while packets wait because their path changes. Ends that wait when its time has come, hence to be asked before each pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool DelaysSwitch(PeerPort port) => port.Switch.Deadline != 0 && DelaysSwitch(port, Environment.TickCount64);

    /// <summary>As <see cref="DelaysSwitch(PeerPort)"/>, at a given time (<see cref="Environment.TickCount64"/> milliseconds), of a port whose path does change.</summary>
    public static bool DelaysSwitch(PeerPort port, long now)
    {
        // One that breaks the protocol is not waited for either.
        bool gone = port.Channel is not { PeerLeft: false, Outbound.Violation: RingViolation.None };
        if (port.Switch.AwaitsRing)
        {
            bool empty = port.Channel!.Outbound.Used() == 0;
            if (empty || gone || now >= port.Switch.Deadline)
            {
                EndRingWait(port, now);
            }

            if (empty)
            {
                port.Switch.Deadline = now + SettleMilliseconds;
            }
        }

        if (gone || now >= port.Switch.Deadline)
        {
            port.Switch.Deadline = 0;
        }

        return port.Switch.Deadline != 0;
    }

    /// <summary>Opens a held port again if the consumer has made room; a stalled one if it has made much room, and the peer is not left alone for now.</summary>
    public void TryResume(PeerPort port)
    {
        RingProducer ring = port.Channel!.Outbound;
        if (port.State == PortState.Stalled)
        {
            TryResumeStalled(port, ring);
        }
        else if (ring.Capacity - ring.Used() >= port.Hold.RecordBytes || !PrepareToWait(port, ring))
        {
            End(port, PortState.Open);
        }
    }

    /// <summary>To be called when a held port's deadline has come: goes on holding if the consumer has made enough progress, else lets the packets go.</summary>
    public void OnDeadline(PeerPort port, long now)
    {
        RingProducer ring = port.Channel!.Outbound;
        PeerPatience patience = port.Patience!;
        ring.Used();
        Charge(port, now);
        if (patience.Left == 0)
        {
            End(port, PortState.Stalled);
            _tooSlow(port.Domain, patience.BeginRest(now));
        }
        else if (ring.Consumed != port.Hold.Consumed)
        {
            port.Hold.Consumed = ring.Consumed;
            port.Hold.Deadline = now + Math.Min(_limitMilliseconds, patience.Left);
            TryResume(port);
        }
        else
        {
            End(port, PortState.Stalled);
        }
    }

    /// <summary>Opens a stalled port again if the ring has much room: packets that come back for the room of one record would only wait again.</summary>
    private void TryResumeStalled(PeerPort port, RingProducer ring)
    {
        if (Environment.TickCount64 < port.Patience!.RestsUntil)
        {
            return;
        }

        int free = ring.Capacity - ring.Used();
        if (ring.Violation != RingViolation.None)
        {
            _violated(port, ring.Violation);
        }
        else if (free >= Math.Max(port.Hold.RecordBytes, ring.Capacity / 4))
        {
            End(port, PortState.Open);
        }
    }

    /// <summary>A channel ends: what packets waited for its peer so far is charged.</summary>
    public void Interrupt(PeerPort port, long now)
    {
        if (port.State == PortState.Held)
        {
            port.Counters.HeldMilliseconds += (ulong)(now - port.Hold.Started);
            Charge(port, now);
        }
        else if (port.Switch.Deadline != 0 && port.Switch.AwaitsRing)
        {
            EndRingWait(port, now);
        }
    }

    /// <summary>A closing channel's ring is waited for no longer.</summary>
    private static void EndRingWait(PeerPort port, long now)
    {
        port.Switch.AwaitsRing = false;
        port.Patience!.Waited(Math.Min(now, port.Switch.Deadline) - port.Hold.Charged);
        port.Patience.Note(port.Channel!.Outbound.Consumed);
    }

    private bool PrepareToWait(PeerPort port, RingProducer ring)
    {
        bool wait = ring.PrepareToWaitForSpace(Math.Min(port.Hold.RecordBytes - RingRecord.HeaderBytes, ring.MaxPayload));
        if (ring.Violation != RingViolation.None)
        {
            _violated(port, ring.Violation);
        }

        return wait;
    }

    /// <summary>Charges the wait since the last time to the peer, but no more than was meant to be waited: the rest is our own lateness.</summary>
    private void Charge(PeerPort port, long now)
    {
        port.Patience!.Waited(Math.Min(now - port.Hold.Charged, _limitMilliseconds));
        port.Patience.Note(port.Channel!.Outbound.Consumed);
        port.Hold.Charged = now;
    }

    private void End(PeerPort port, PortState next)
    {
        Interrupt(port, Environment.TickCount64);

        // A violation found on the way has failed the port already.
        if (port.State is PortState.Held or PortState.Stalled)
        {
            port.State = next;
            port.CaptureReady = true;
        }
    }
}
