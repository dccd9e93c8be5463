using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// One entry of a node's permission list. The first entry names the owner, who may do everything, and says what every
/// domain not named later may do; each further entry is one domain's own right (<c>docs/misc/xenstore.txt</c>, SET_PERMS).
/// </summary>
/// <param name="Domain">Whom it is about.</param>
/// <param name="Access">What it grants.</param>
public readonly record struct StorePermission(DomainId Domain, StoreAccess Access)
{
    /// <summary>Reads <c>n5</c>, <c>r0</c>, <c>w7</c> or <c>b1</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StorePermission permission)
    {
        permission = default;
        if (text.Length < 2 || !DomainId.TryParse(text[1..], out DomainId domain))
        {
            return false;
        }

        StoreAccess? access = text[0] switch
        {
            'n' => StoreAccess.None,
            'r' => StoreAccess.Read,
            'w' => StoreAccess.Write,
            'b' => StoreAccess.Both,
            _ => null,
        };
        permission = new StorePermission(domain, access.GetValueOrDefault());
        return access.HasValue;
    }

    /// <summary>A whole list as the store writes it.</summary>
    public static string[] ToStrings(ImmutableArray<StorePermission> permissions)
    {
        string[] texts = new string[permissions.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = permissions[i].ToString();
        }

        return texts;
    }

    /// <inheritdoc/>
    public override string ToString() => "nrwb"[(int)Access] + Domain.ToString();
}
