using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The pages shared with one peer: allocated or mapped, and freed.</summary>
internal sealed class PeerPages(AgentContext context, DomainId peer)
{
    private int _ceiling;
    private TimeSpan _ceilingUntil;

    /// <summary>The channel in the pages; null without pages.</summary>
    public Channel? Channel { get; private set; }

    /// <summary>The nonce of the attempt that the pages belong to.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>Data bytes per direction that the next channel shall have; 0: an equal share of what there is.</summary>
    public int Goal { get; set; }

    /// <summary>Data bytes per direction of the channel; 0 without one.</summary>
    public int RingBytes => Channel?.Link.RingBytes ?? 0;

    /// <summary>Data bytes per direction that every peer that we serve can have at the same time.</summary>
    public int Share => RingSizing.Share(context.Platform?.Pages, context.PeersToServe, context.Options.RingBytes);

    /// <summary>Data bytes per direction that the channel may grow to. Not to what it was lately refused: it would be closed and opened again without success, forever.</summary>
    public int Grown
    {
        get
        {
            int grown = RingSizing.Grown(context.Platform?.Pages, RingBytes, context.Options.RingBytes);
            return context.Now < _ceilingUntil ? Math.Max(RingBytes, Math.Min(grown, _ceiling)) : grown;
        }
    }

    /// <summary>Listener: allocates the pages and opens our end of the channel.</summary>
    /// <exception cref="ChannelPlatformException">Nothing was allocated.</exception>
    public ChannelOffer Allocate(ulong nonce)
    {
        int goal = Goal != 0 ? Goal : Share;
        Goal = 0;
        try
        {
            IChannelLink link = context.Platform!.Offer(peer, goal, out ChannelOffer offer);
            Open(link, nonce, static (link, nonce) => Channel.Listen(link, nonce));
            if (link.RingBytes < goal)
            {
                _ceiling = link.RingBytes;
                _ceilingUntil = context.Now + context.Options.RefusalMemory;
            }

            return offer;
        }
        catch (ChannelPlatformException failure)
        {
            context.PagesWanted |= failure.IsExhaustion;
            throw;
        }
    }

    /// <summary>Connector: maps the pages that were offered and opens our end of the channel.</summary>
    /// <exception cref="ChannelPlatformException">Nothing was mapped.</exception>
    public void Map(ulong nonce, ChannelOffer offer) =>
        Open(context.Platform!.Map(peer, offer), nonce, static (link, nonce) => Channel.Connect(link, nonce));

    /// <summary>Closes our end of the channel and gives all pages back.</summary>
    public void Free()
    {
        if (Detach() is not { } channel)
        {
            return;
        }

        if (channel.Link.PagesLost)
        {
            context.Aside(channel.Dispose);
        }
        else
        {
            channel.Dispose();
        }
    }

    /// <summary>Hands the channel over to whoever gives its pages back; null if there is none.</summary>
    public Channel? Detach()
    {
        Channel? channel = Channel;
        Channel = null;
        return channel;
    }

    private void Open(IChannelLink link, ulong nonce, Func<IChannelLink, ulong, Channel> open)
    {
        try
        {
            Channel = open(link, nonce);
            Nonce = nonce;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }
}
