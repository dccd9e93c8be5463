using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>The grants that nobody has mapped yet, by reference. Whoever takes a grant out owns its descriptors.</summary>
internal sealed class GrantTable
{
    /// <summary>Most unmapped grants of one owner: as many as it may have handshakes under way.</summary>
    public const int MaxPerOwner = 64;

    /// <summary>Most unmapped grants together: their descriptors stay below the usual 1,024 of a process.</summary>
    public const int MaxTogether = 256;

    private readonly Dictionary<uint, Grant> _grants = [];

    /// <summary>Adds a grant under a reference that cannot be foretold, and that a later broker will not give again.</summary>
    public GrantStatus TryAdd(Grant grant, out uint reference)
    {
        reference = 0;
        if (_grants.Count >= MaxTogether || CountOf(grant.Owner) >= MaxPerOwner)
        {
            return GrantStatus.TooManyGrants;
        }

        do
        {
            reference = KernelRandom.NextUInt32();
        }
        while (reference == 0 || !_grants.TryAdd(reference, grant));
        return GrantStatus.Done;
    }

    /// <summary>Takes out what <paramref name="owner"/> granted to <paramref name="mapper"/>; null for everything else.</summary>
    public Grant? TakeForMapper(uint reference, DomainId owner, DomainId mapper) =>
        _grants.TryGetValue(reference, out Grant? grant) && grant.OwnerDomain == owner && grant.Mapper == mapper && _grants.Remove(reference) ? grant : null;

    /// <summary>Takes out a grant of <paramref name="owner"/>; null for everything else.</summary>
    public Grant? TakeForOwner(uint reference, object owner) =>
        _grants.TryGetValue(reference, out Grant? grant) && grant.Owner == owner && _grants.Remove(reference) ? grant : null;

    /// <summary>Takes out everything of <paramref name="owner"/>.</summary>
    public IReadOnlyList<Grant> TakeAllOf(object owner)
    {
        List<Grant> taken = [];
        foreach ((uint reference, Grant grant) in _grants)
        {
            // Removing while walking is allowed for a Dictionary (since .NET Core 3.0).
            if (grant.Owner == owner)
            {
                _grants.Remove(reference);
                taken.Add(grant);
            }
        }

        return taken;
    }

    private int CountOf(object owner)
    {
        int count = 0;
        foreach (Grant grant in _grants.Values)
        {
            count += grant.Owner == owner ? 1 : 0;
        }

        return count;
    }
}
