namespace XenLoop.Discovery;

/// <summary>What one guest may use of the local store: the tighter of oxenstored's and C xenstored's limits, so that what works here works there.</summary>
internal static class StoreQuota
{
    /// <summary>Most nodes that a guest may own (C xenstored as measured: about 530).</summary>
    public const int Nodes = 530;

    /// <summary>Most watches of a guest (oxenstored as measured: about 85).</summary>
    public const int Watches = 85;

    /// <summary>Most bytes of a value (C xenstored as measured: under 2,036).</summary>
    public const int Value = 2035;

    /// <summary>Most bytes of a watch's token: with it the event of the longest path still fits a message.</summary>
    public const int Token = XenStoreWire.MaximumPayload - XenStoreWire.MaximumPath - 2;

    /// <summary>Most open transactions of a guest (C xenstored, <c>quota_max_transaction</c>).</summary>
    public const int Transactions = 10;

    /// <summary>Most entries of a node's permissions.</summary>
    public const int Permissions = 8;

    /// <summary>Most levels of a path; the tree is walked by recursion.</summary>
    public const int Depth = 32;
}
