using System.Collections.Immutable;

namespace XenLoop.Discovery;

/// <summary>Which guests may take part, by number, name or UUID.</summary>
internal sealed class GuestPolicy(AnnouncerOptions options)
{
    /// <summary>True if some entry can be a UUID: only then is a guest's looked up.</summary>
    public bool NeedsUuid { get; } = HasUuid(options.Allow) || HasUuid(options.Deny);

    /// <summary>True if a guest may take part.</summary>
    public bool Allows(ToolstackIdentity guest) => (options.Allow.IsEmpty || IsMeant(guest, options.Allow)) && !IsMeant(guest, options.Deny);

    /// <summary>Reads a UUID as people write it: with dashes or without.</summary>
    public static bool TryParseUuid(string entry, out Guid uuid) => Guid.TryParseExact(entry, "D", out uuid) || Guid.TryParseExact(entry, "N", out uuid);

    private static bool IsMeant(ToolstackIdentity guest, ImmutableArray<string> list)
    {
        foreach (string entry in list)
        {
            if (guest.IsMeantBy(entry))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasUuid(ImmutableArray<string> list)
    {
        foreach (string entry in list)
        {
            if (TryParseUuid(entry, out _))
            {
                return true;
            }
        }

        return false;
    }
}
