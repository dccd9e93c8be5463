using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Which guests may take part, by number, name or UUID.</summary>
internal sealed class GuestPolicy(AnnouncerOptions options)
{
    private readonly HashSet<Guid> _allowed = Uuids(options.Allow);
    private readonly HashSet<Guid> _denied = Uuids(options.Deny);

    /// <summary>True if some entry can be a UUID: only then is a guest's looked up.</summary>
    public bool NeedsUuid => _allowed.Count + _denied.Count > 0;

    /// <summary>True if a guest may take part.</summary>
    public bool Allows(DomainId domain, string name, string? uuid)
    {
        string number = domain.ToString();
        bool isKnown = Guid.TryParseExact(uuid, "D", out Guid known);
        return (options.Allow.IsEmpty || Names(options.Allow, _allowed)) && !Names(options.Deny, _denied);

        bool Names(ImmutableArray<string> list, HashSet<Guid> uuids) =>
            list.Contains(name, StringComparer.Ordinal)
            || list.Contains(number, StringComparer.Ordinal)
            || (isKnown && uuids.Contains(known));
    }

    /// <summary>The entries that can be UUIDs, with dashes or without; a guest's name may look like one, too.</summary>
    private static HashSet<Guid> Uuids(ImmutableArray<string> list)
    {
        var uuids = new HashSet<Guid>();
        foreach (string entry in list)
        {
            if (Guid.TryParseExact(entry, "D", out Guid uuid) || Guid.TryParseExact(entry, "N", out uuid))
            {
                uuids.Add(uuid);
            }
        }

        return uuids;
    }
}
