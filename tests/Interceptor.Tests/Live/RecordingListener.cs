using System.Collections.Concurrent;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Remembers what a data path told the control side.</summary>
internal sealed class RecordingListener : IForwarderListener
{
    private int _withoutChannel;

    /// <summary>Times that traffic asked for a channel.</summary>
    public int TrafficWithoutChannel => Volatile.Read(ref _withoutChannel);

    public ConcurrentQueue<ChannelFailure> Failures { get; } = new();

    public ConcurrentQueue<RingViolation> Violations { get; } = new();

    /// <summary>For how many milliseconds a peer was left alone, each time.</summary>
    public ConcurrentQueue<int> Rests { get; } = new();

    public void OnTrafficWithoutChannel(DomainId peer) => Interlocked.Increment(ref _withoutChannel);

    public void OnChannelFailed(DomainId peer, ChannelFailure failure) => Failures.Enqueue(failure);

    public void OnViolation(DomainId peer, RingViolation violation) => Violations.Enqueue(violation);

    public void OnTooSlow(DomainId peer, int restMilliseconds) => Rests.Enqueue(restMilliseconds);
}
