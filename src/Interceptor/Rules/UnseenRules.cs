namespace XenLoop.Interceptor.Rules;

/// <summary>What became of rules of ours, if there were any, in a table that its iptables cannot show.</summary>
internal enum UnseenRules
{
    /// <summary>There were none.</summary>
    Absent,

    /// <summary>They are gone, and so are the jump and the chain.</summary>
    Removed,

    /// <summary>They are gone; the jump leads to an empty chain.</summary>
    Emptied,

    /// <summary>They may be there as before.</summary>
    Left,
}
