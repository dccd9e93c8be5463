namespace XenLoop.Discovery;

/// <summary>What changed on the host.</summary>
internal enum HostEventKind
{
    /// <summary>Nothing that matters.</summary>
    None,

    /// <summary>Events were lost: look at everything.</summary>
    Anything,

    /// <summary>Domains came or went.</summary>
    Domains,

    /// <summary>The toolstack changed a guest's name or vifs.</summary>
    Toolstack,

    /// <summary>A guest changed its advert.</summary>
    Advert,
}
