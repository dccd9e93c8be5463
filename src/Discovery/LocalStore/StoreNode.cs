using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>One node of the local store's tree; never changed, only replaced.</summary>
/// <param name="Value">The node's value.</param>
/// <param name="Permissions">The owner's entry first; never empty.</param>
/// <param name="Children">The nodes below it, by name.</param>
internal sealed record StoreNode(
    ReadOnlyMemory<byte> Value,
    ImmutableArray<StorePermission> Permissions,
    ImmutableSortedDictionary<string, StoreNode> Children)
{
    /// <summary>An empty node of one owner, closed to all others.</summary>
    public static StoreNode OwnedBy(DomainId owner) =>
        new(default, [new StorePermission(owner, StoreAccess.None)], ImmutableSortedDictionary.Create<string, StoreNode>(StringComparer.Ordinal));

    /// <summary>The domain that may do everything with the node, and whose quota it counts against.</summary>
    public DomainId Owner => Permissions[0].Domain;

    /// <summary>What a domain may do: Dom0 and the owner all, the others by their own entry, or by the owner's entry if they have none.</summary>
    public bool Allows(DomainId domain, StoreAccess access)
    {
        if (domain.Value == 0 || domain == Owner)
        {
            return true;
        }

        foreach (StorePermission permission in Permissions.AsSpan(1..))
        {
            if (permission.Domain == domain)
            {
                return (permission.Access & access) == access;
            }
        }

        return (Permissions[0].Access & access) == access;
    }

    /// <summary>What a new child made by a domain starts with: its parent's permissions, owned by whoever makes it unless that is Dom0.</summary>
    public StoreNode NewChild(DomainId maker) => new(
        default,
        maker.Value == 0 ? Permissions : Permissions.SetItem(0, Permissions[0] with { Domain = maker }),
        ImmutableSortedDictionary.Create<string, StoreNode>(StringComparer.Ordinal));

    /// <summary>Counts the nodes that a domain owns, of this one and all below it.</summary>
    public int CountOwned(DomainId domain)
    {
        int count = Owner == domain ? 1 : 0;
        foreach ((_, StoreNode child) in Children)
        {
            count += child.CountOwned(domain);
        }

        return count;
    }
}
