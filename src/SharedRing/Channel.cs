namespace XenLoop.SharedRing;

/// <summary>Two rings and one doorbell pair. Only its shape: the ring branch brings the real one.</summary>
public sealed class Channel : IDisposable
{
    private Channel(IChannelLink link) => Link = link;

    /// <summary>The pages below.</summary>
    public IChannelLink Link { get; }

    /// <summary>The listener's end.</summary>
    public static Channel Listen(IChannelLink link, ulong nonce) => new(link);

    /// <summary>The connector's end.</summary>
    public static Channel Connect(IChannelLink link, ulong nonce) => new(link);

    /// <inheritdoc/>
    public void Dispose() => Link.Dispose();
}
