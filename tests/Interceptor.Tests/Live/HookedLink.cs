using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>
/// A link that lets the test act at the moment when its end first rings the peer: the one point between two looks at the ring; and that
/// can pass for one whose pages a restore has taken away.
/// </summary>
internal sealed unsafe class HookedLink(IChannelLink inner, Action? beforeRing = null) : IChannelLink, IDoorbell
{
    private Action? _beforeRing = beforeRing;

    public byte* Descriptor => inner.Descriptor;

    public int RingBytes => inner.RingBytes;

    public byte* ListenerToConnector => inner.ListenerToConnector;

    public byte* ConnectorToListener => inner.ConnectorToListener;

    public IDoorbell Doorbell => this;

    public int LivenessFd => inner.LivenessFd;

    public bool PeerGone => inner.PeerGone;

    public bool PagesLost { get; init; }

    public int PollFd => inner.Doorbell.PollFd;

    public void Ring()
    {
        Interlocked.Exchange(ref _beforeRing, null)?.Invoke();
        inner.Doorbell.Ring();
    }

    public void Acknowledge() => inner.Doorbell.Acknowledge();

    public void Dispose() => inner.Dispose();
}
