namespace XenLoop.SharedRing.Xen;

/// <summary>Pages that were granted to one domain, as <see cref="GrantedPagesPool{TPages}"/> sees them. Disposed, they are the kernel's again, or pinned if the domain still maps them.</summary>
internal interface IGrantedPages : IDisposable
{
    /// <summary>The domain that may map the pages.</summary>
    DomainId Peer { get; }

    /// <summary>Data bytes of each ring.</summary>
    int RingBytes { get; }

    /// <summary>True unless a connector has come and not yet left: an honest one touches nothing any more.</summary>
    bool PeerHasLeft { get; }

    /// <summary>Clears what the rings held, of which the domain that has the peer's number next must see nothing.</summary>
    void Wipe();

    /// <summary>Makes the pages as new: zeros, and the references in the descriptor, where the peer could write.</summary>
    void Renew();
}
