using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// How channels end: closed by us, closed by the peer, by its death, or by its breaking the protocol. All on the data path's thread.
/// </summary>
/// <remarks>
/// <code>
///  Open, Held, Stalled --release, or closed by peer--> Closing --both closed, violation-------> NoChannel
///                      --peer gone, other release----> Leaving --injected, or violation-------> Failed, or NoChannel if the end is known
///                      --violation-------------------> Failed  --release----------------------> NoChannel
///              Closing --deadline, or peer gone------> Leaving
/// </code>
/// What a peer had published when it died, or did not close in time, is as good as any packet.
/// </remarks>
internal sealed class ChannelEnd
{
    /// <summary>Most passes that empty a closing queue; packets that still come in are somebody's who has not removed the rules.</summary>
    private const int DrainRounds = 1024;

    /// <summary>Milliseconds that an orderly release waits for the peer's closing mark.</summary>
    private const int CloseMilliseconds = 1000;

    private readonly Action<int> _unwatch;
    private readonly CapturePath _capture;
    private readonly HoldPolicy _hold;
    private readonly IForwarderListener _listener;

    /// <summary>Makes what ends the channels of one data path; <paramref name="unwatch"/> ends the reports of a descriptor.</summary>
    public ChannelEnd(Action<int> unwatch, CapturePath capture, HoldPolicy hold, IForwarderListener listener)
    {
        _unwatch = unwatch;
        _capture = capture;
        _hold = hold;
        _listener = listener;
    }

    /// <summary>Lets go of a port's channel: after both directions are closed, or once what a peer that is gone has left is injected; at once only if nothing can be read any more. Completes <paramref name="released"/> then.</summary>
    public void Release(PeerPort port, bool orderly, TaskCompletionSource released)
    {
        if (port.Channel is not { } channel)
        {
            released.SetResult();
            return;
        }

        if (port.Ending.Released is { } earlier)
        {
            _ = earlier.Task.ContinueWith(_ => released.TrySetResult(), TaskScheduler.Default);
        }
        else
        {
            port.Ending.Released = released;
        }

        if (port.State == PortState.Failed || channel.Link.PagesLost)
        {
            LetGo(port);
        }
        else if (!orderly || port.State == PortState.Leaving)
        {
            // The control side may be quicker than the injection of what a killed peer has left: a ring at most, and that ends by itself.
            Leave(port);
        }
        else
        {
            CloseOutbound(port, channel);
        }
    }

    /// <summary>Marks the end of our direction; what waits here goes the standard way once the peer has taken what is in the ring, what it still publishes is injected.</summary>
    private void CloseOutbound(PeerPort port, Channel channel)
    {
        if (port.State != PortState.Closing)
        {
            _hold.BeginClosing(port, Environment.TickCount64);
        }

        channel.Outbound.Close();
        channel.Doorbell.Ring();
        port.State = PortState.Closing;
        port.Ending.Deadline = Environment.TickCount64 + CloseMilliseconds;
        port.CaptureReady = true;
        port.InjectReady = true;
    }

    /// <summary>The peer has closed its direction and everything it published is injected.</summary>
    public void OnClosedByPeer(PeerPort port)
    {
        if (port.State == PortState.Closing && HoldPolicy.DelaysSwitch(port))
        {
            port.Ending.AwaitsEmptyRing = true;
            return;
        }

        if (port.State == PortState.Closing)
        {
            LetGo(port);
        }
        else if (!port.Ending.ByPeer)
        {
            // Not one packet more into a ring that the peer will soon leave.
            port.Ending.ByPeer = true;
            CloseOutbound(port, port.Channel!);
            _listener.OnChannelFailed(port.Domain, ChannelFailure.ClosedByPeer);
        }
    }

    /// <summary>The peer broke the ring's protocol; or its ring is not there any more, because we were restored.</summary>
    public void OnViolation(PeerPort port, RingViolation violation)
    {
        // Said first: the release that the end completes is judged by it.
        if (port.Channel!.Link.PagesLost)
        {
            _listener.OnChannelFailed(port.Domain, ChannelFailure.PeerGone);
        }
        else
        {
            _listener.OnViolation(port.Domain, violation);
        }

        GiveUp(port);
    }

    /// <summary>Ends the use of a channel for good. Whoever waits for its release must not wait for a peer that is gone or broke the protocol.</summary>
    private void GiveUp(PeerPort port)
    {
        if (port.Ending.IsKnown)
        {
            LetGo(port);
        }
        else
        {
            Fail(port);
        }
    }

    /// <summary>Nothing touches the ring any more; what is captured goes the standard way.</summary>
    private static void Fail(PeerPort port)
    {
        port.State = PortState.Failed;
        port.InjectReady = false;
        port.CaptureReady = true;
    }

    /// <summary>Closes a port. The kernel drops what a closing queue still holds, so that must be on its way before.</summary>
    public void Close(PeerPort port)
    {
        if (port.Channel is not null)
        {
            LetGo(port);
        }

        Fail(port);
        for (int round = 0; round < DrainRounds && port.CaptureReady; round++)
        {
            _capture.Run(port, DestinationTable.Empty);
        }

        // Closing alone does not end the watch while a child that is just being started holds the socket, too.
        _unwatch(port.Queue.Fd);
        port.Dispose();
    }

    /// <summary>Forgets the channel; whoever waits for its release may free the pages.</summary>
    private void LetGo(PeerPort port)
    {
        Channel channel = port.Channel!;
        _hold.Interrupt(port, Environment.TickCount64);
        _unwatch(channel.Doorbell.PollFd);
        _unwatch(channel.Link.LivenessFd);
        port.InjectReady = false;
        port.Detach();
    }

    /// <summary>
    /// The peer has not closed its direction in time. A guest that is short of processor time may have a full ring to inject by then,
    /// whose packets nobody would send again.
    /// </summary>
    public void OnCloseOverdue(PeerPort port) => Leave(port);

    /// <summary>The peer is gone.</summary>
    public void OnPeerGone(PeerPort port) => Leave(port);

    /// <summary>To be asked after each pass: true once a leaving peer's records are injected. No more of them than fill the ring, in case it goes on to publish.</summary>
    public static bool HasLeft(PeerPort port)
    {
        port.InjectReady &= port.Channel!.Inbound.BytesSince(port.Ending.LeavesFrom) < port.Channel.Link.RingBytes;
        return !port.InjectReady;
    }

    /// <summary>The records of a leaving peer are injected.</summary>
    public void OnLeft(PeerPort port)
    {
        if (port.Channel!.Inbound.Violation != RingViolation.None)
        {
            OnViolation(port, port.Channel.Inbound.Violation);
            return;
        }

        End(port);
    }

    /// <summary>A peer whose doorbell cannot be watched is as good as gone.</summary>
    public void OnUnheard(PeerPort port) => End(port);

    /// <summary>Gives a channel up, and says so unless that is known.</summary>
    private void End(PeerPort port)
    {
        bool known = port.Ending.IsKnown;
        GiveUp(port);
        if (!known)
        {
            _listener.OnChannelFailed(port.Domain, ChannelFailure.PeerGone);
        }
    }

    private void Leave(PeerPort port)
    {
        if (port.State != PortState.Leaving)
        {
            _hold.Interrupt(port, Environment.TickCount64);
            port.Ending.LeavesFrom = port.Channel!.Inbound.Position;
            port.State = PortState.Leaving;
            port.Ending.AwaitsEmptyRing = false;
            port.Switch.Deadline = 0;
            port.CaptureReady = true;
            port.InjectReady = true;
        }
    }
}
