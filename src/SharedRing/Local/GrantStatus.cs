namespace XenLoop.SharedRing.Local;

/// <summary>The grant broker's answer.</summary>
internal enum GrantStatus : ushort
{
    /// <summary>The request was carried out.</summary>
    Done = 0,

    /// <summary>Another live connection speaks for this domain.</summary>
    DomainTaken = 1,

    /// <summary>No such grant of that owner for this domain: never made, mapped already, taken back, or its owner has gone.</summary>
    UnknownReference = 2,

    /// <summary>This domain, or all together, have too many grants that nobody mapped.</summary>
    TooManyGrants = 3,
}
