namespace XenLoop.Chaos;

/// <summary>How many numbered datagrams a fault may cost. Streams in which the victim has no part may never lose any.</summary>
internal enum LossBound
{
    /// <summary>None.</summary>
    Nothing,

    /// <summary>What a process that was killed had unread in its inbound rings, and in its queue.</summary>
    Rings,

    /// <summary>What was sent while the guest's own interface was off, besides <see cref="Rings"/>: there was no way for it.</summary>
    Outage,
}
