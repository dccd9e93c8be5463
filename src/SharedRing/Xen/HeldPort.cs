namespace XenLoop.SharedRing.Xen;

/// <summary>What the keeper knows of a device that it holds open.</summary>
internal sealed class HeldPort(uint id, int device)
{
    public uint Id => id;

    /// <summary>The device's descriptor: a plain number, because nothing except a decision may close it, no finaliser either.</summary>
    public int Device => device;

    /// <summary>The local port; 0: not yet known.</summary>
    public uint Port { get; set; }

    public DomainId Peer { get; set; }

    /// <summary>Grant of the page with the agent's life byte; 0: none to clear.</summary>
    public uint DescriptorGrant { get; set; }

    /// <summary>True if the device is never to be closed.</summary>
    public bool Stale { get; set; }
}
