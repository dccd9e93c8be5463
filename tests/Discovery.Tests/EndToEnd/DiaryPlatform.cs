using System.Collections.Concurrent;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Writes down in which order a platform is made, told of a restore, and given up with its links.</summary>
public sealed class DiaryPlatform : IChannelPlatform
{
    private readonly IChannelPlatform _inner;
    private readonly ConcurrentQueue<string> _diary;

    public DiaryPlatform(IChannelPlatform inner, ConcurrentQueue<string> diary)
    {
        _inner = inner;
        _diary = diary;
        _diary.Enqueue("platform made");
    }

    public string Name => _inner.Name;

    public PageBudget? Pages => _inner.Pages;

    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer) => new DiaryLink(_inner.Offer(peer, ringBytes, out offer), _diary);

    public IChannelLink Map(DomainId peer, ChannelOffer offer) => new DiaryLink(_inner.Map(peer, offer), _diary);

    public void DomainRestored()
    {
        _diary.Enqueue("restored");
        _inner.DomainRestored();
    }

    public void Dispose()
    {
        _diary.Enqueue("platform given up");
        _inner.Dispose();
    }

    private sealed unsafe class DiaryLink(IChannelLink link, ConcurrentQueue<string> diary) : IChannelLink
    {
        public byte* Descriptor => link.Descriptor;

        public int RingBytes => link.RingBytes;

        public byte* ListenerToConnector => link.ListenerToConnector;

        public byte* ConnectorToListener => link.ConnectorToListener;

        public IDoorbell Doorbell => link.Doorbell;

        public int LivenessFd => link.LivenessFd;

        public bool PeerGone => link.PeerGone;

        public void Dispose()
        {
            diary.Enqueue("link given up");
            link.Dispose();
        }
    }
}
