using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Which guests may take part, by number, name or UUID.</summary>
internal sealed class GuestPolicy(AnnouncerOptions options)
{
    /// <summary>True if some entry is a UUID: only then is a guest's looked up.</summary>
    public bool NeedsUuid { get; } = AnyUuid(options.Allow) || AnyUuid(options.Deny);

    /// <summary>True if a guest may take part.</summary>
    public bool Allows(DomainId domain, string name, string? uuid)
    {
        string number = domain.ToString();
        return (options.Allow.IsEmpty || Names(options.Allow)) && !Names(options.Deny);

        bool Names(ImmutableArray<string> list) =>
            list.Contains(name, StringComparer.Ordinal)
            || list.Contains(number, StringComparer.Ordinal)
            || (uuid is not null && list.Contains(uuid, StringComparer.OrdinalIgnoreCase));
    }

    private static bool AnyUuid(ImmutableArray<string> list)
    {
        foreach (string entry in list)
        {
            if (Guid.TryParseExact(entry, "D", out _))
            {
                return true;
            }
        }

        return false;
    }
}
