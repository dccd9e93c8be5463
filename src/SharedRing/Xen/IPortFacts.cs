namespace XenLoop.SharedRing.Xen;

/// <summary>What a keeper needs from the kernel to decide, and to say farewell in its agent's name.</summary>
internal interface IPortFacts
{
    /// <summary>True if an event channel port exists; false if it is gone, as all are after a restore, or in doubt.</summary>
    bool HasPort(uint port);

    /// <summary>Writes 0 into one byte of a granted page, without mapping it. That the grant is gone is not an error.</summary>
    /// <param name="owner">The domain that granted the page.</param>
    /// <param name="grant">The page's grant reference.</param>
    /// <param name="offset">Offset of the byte in the page.</param>
    void ClearByte(DomainId owner, uint grant, int offset);
}
