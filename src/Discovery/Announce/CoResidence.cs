using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The willing guests of this host, and who shares a network with whom. A change costs as much as it has neighbours.</summary>
internal sealed class CoResidence
{
    private readonly Dictionary<DomainId, WillingGuest> _guests = [];
    private readonly Dictionary<VifNetwork, HashSet<DomainId>> _members = [];

    /// <summary>All willing guests.</summary>
    public IReadOnlyCollection<WillingGuest> Guests => _guests.Values;

    /// <summary>The willing guest of that number, or null.</summary>
    public WillingGuest? Find(DomainId domain) => _guests.GetValueOrDefault(domain);

    /// <summary>Takes a guest in, changes it, or with null takes it out.</summary>
    /// <returns>The others that shared a network with it before, or do now.</returns>
    public IReadOnlyList<WillingGuest> Replace(DomainId domain, WillingGuest? now)
    {
        HashSet<DomainId> others = [];
        if (_guests.Remove(domain, out WillingGuest? before))
        {
            HashSet<DomainId> members = _members[before.Vif.Network];
            members.Remove(domain);
            others.UnionWith(members);
            if (members.Count == 0)
            {
                _members.Remove(before.Vif.Network);
            }
        }

        if (now is not null)
        {
            if (!_members.TryGetValue(now.Vif.Network, out HashSet<DomainId>? members))
            {
                _members.Add(now.Vif.Network, members = []);
            }

            others.UnionWith(members);
            members.Add(domain);
            _guests.Add(domain, now);
        }

        List<WillingGuest> neighbours = new(others.Count);
        foreach (DomainId other in others)
        {
            neighbours.Add(_guests[other]);
        }

        return neighbours;
    }
}
