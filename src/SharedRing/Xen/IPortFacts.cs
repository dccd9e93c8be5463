namespace XenLoop.SharedRing.Xen;

/// <summary>What a keeper needs from the kernel to decide, and to say farewell in its agent's name.</summary>
internal interface IPortFacts
{
    /// <summary>True if an event channel port exists; false if it is gone, as all are after a restore, or in doubt.</summary>
    bool HasPort(uint port);

    /// <summary>Writes 0 into one byte of a granted page, without mapping it. That the grant is gone is no error.</summary>
    /// <param name="owner">Who granted it.</param>
    /// <param name="grant">Its reference.</param>
    /// <param name="offset">Of the byte in the page.</param>
    void ClearByte(DomainId owner, uint grant, int offset);
}
