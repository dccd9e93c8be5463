using System.Runtime.CompilerServices;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// When packets stay without a verdict in the kernel's queue, so that nothing is lost or reordered and the senders slow down: while a
/// peer's ring is full, but no longer than the peer may take to consume anything at all; and for a moment when the path changes.
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

    private readonly int _limitMilliseconds;
    private readonly Action<PeerPort, RingViolation> _violated;

    /// <summary>With a limit in milliseconds, and whom to tell if the peer's index is impossible.</summary>
    public HoldPolicy(int limitMilliseconds, Action<PeerPort, RingViolation> violated)
    {
        _limitMilliseconds = limitMilliseconds;
        _violated = violated;
    }

    /// <summary>Bytes that the longest packet takes in a ring: with less room than this, nothing is received without a look at its length.</summary>
    public static int LongestRecord(RingProducer ring) =>
        (int)RingRecord.Bytes((uint)Math.Min(QueueSocket.LongestPayload, ring.MaxPayload));

    /// <summary>The ring is full: waits for the consumer, unless room has just been made. All committed records must have been published.</summary>
    /// <param name="port">Whose.</param>
    /// <param name="recordBytes">Bytes that the next packet takes in the ring.</param>
    public void Begin(PeerPort port, int recordBytes)
    {
        RingProducer ring = port.Channel!.Outbound;
        port.HoldRecordBytes = recordBytes;

        // Before the wish to be rung: who takes note of the ring must see what it is for.
        port.State = PortState.Held;
        if (!PrepareToWait(port, ring))
        {
            port.State = port.State == PortState.Held ? PortState.Open : port.State;
            return;
        }

        port.HoldStarted = Environment.TickCount64;
        port.HoldDeadline = port.HoldStarted + _limitMilliseconds;
        port.HoldConsumed = ring.Consumed;
        port.Counters.Holds++;
    }

    /// <summary>A channel is put to use: packets wait, or they would overtake the last ones on the standard path.</summary>
    public static void BeginOpening(PeerPort port, long now)
    {
        port.SwitchDeadline = now + SettleMilliseconds;
        port.SwitchAwaitsRing = false;
    }

    /// <summary>A channel begins to close: until the peer has taken what is in the ring, packets wait, or they would overtake it on the standard path.</summary>
    public void BeginClosing(PeerPort port, long now)
    {
        port.SwitchDeadline = now + _limitMilliseconds;
        port.SwitchAwaitsRing = true;
    }

    /// <summary>True while packets wait because their path changes. Ends that wait when its time has come, hence to be asked before each pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool DelaysSwitch(PeerPort port) => port.SwitchDeadline != 0 && DelaysSwitch(port, Environment.TickCount64);

    /// <summary>The same, at a given time, of a port whose path does change.</summary>
    public static bool DelaysSwitch(PeerPort port, long now)
    {
        if (port.SwitchAwaitsRing && port.Channel!.Outbound.Used() == 0)
        {
            port.SwitchAwaitsRing = false;
            port.SwitchDeadline = now + SettleMilliseconds;
        }

        if (now >= port.SwitchDeadline || port.Channel is not { PeerLeft: false })
        {
            port.SwitchDeadline = 0;
        }

        return port.SwitchDeadline != 0;
    }

    /// <summary>Opens a held or stalled port again if the consumer has made room.</summary>
    public void TryResume(PeerPort port)
    {
        RingProducer ring = port.Channel!.Outbound;
        if (ring.Capacity - ring.Used() >= port.HoldRecordBytes || !PrepareToWait(port, ring))
        {
            End(port, PortState.Open);
        }
    }

    /// <summary>To be called when a held port's deadline has come: goes on holding if the consumer has made progress, else lets the packets go.</summary>
    public void OnDeadline(PeerPort port, long now)
    {
        RingProducer ring = port.Channel!.Outbound;
        ring.Used();
        if (ring.Consumed != port.HoldConsumed)
        {
            port.HoldConsumed = ring.Consumed;
            port.HoldDeadline = now + _limitMilliseconds;
            TryResume(port);
            return;
        }

        End(port, PortState.Stalled);
    }

    private bool PrepareToWait(PeerPort port, RingProducer ring)
    {
        bool wait = ring.PrepareToWaitForSpace(Math.Min(port.HoldRecordBytes - RingRecord.HeaderBytes, ring.MaxPayload));
        if (ring.Violation != RingViolation.None)
        {
            _violated(port, ring.Violation);
        }

        return wait;
    }

    private static void End(PeerPort port, PortState next)
    {
        if (port.State == PortState.Held)
        {
            port.Counters.HeldMilliseconds += (ulong)(Environment.TickCount64 - port.HoldStarted);
        }

        // A violation found on the way has failed the port already.
        if (port.State is PortState.Held or PortState.Stalled)
        {
            port.State = next;
            port.CaptureReady = true;
        }
    }
}
