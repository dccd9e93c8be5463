using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the local store knows of one connection. Touched under the store's lock only, except for its events.</summary>
/// <param name="domain">The domain that the connection acts for.</param>
internal sealed class LocalStoreClient(DomainId domain)
{
    private const int EventCapacity = 1024;

    /// <summary>The domain that the connection acts for; 0 is Dom0.</summary>
    public DomainId Domain { get; } = domain;

    /// <summary>True for one that looks at nodes with Dom0's rights and may do nothing else.</summary>
    public bool IsObserver { get; init; }

    /// <summary>The connection's watches.</summary>
    public List<StoreWatch> Watches { get; } = [];

    /// <summary>The connection's open transactions, by identifier: the tree when each began, the tree that it would leave, and the changes on the way.</summary>
    public Dictionary<uint, StoreTransaction> Transactions { get; } = [];

    /// <summary>The last transaction identifier given.</summary>
    public uint LastTransaction { get; set; }

    /// <summary>Events on their way to the client.</summary>
    public StoreEventQueue Events { get; } = new(EventCapacity);
}
