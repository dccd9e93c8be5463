using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What a watch event means to the announcer.</summary>
/// <param name="Kind">Who changed what.</param>
/// <param name="Domain">The domain that it is about, for the last two kinds.</param>
internal readonly record struct HostEvent(HostEventKind Kind, DomainId Domain)
{
    /// <summary>Token of the watches on everything that the toolstack keeps of vifs.</summary>
    public const string VifsToken = "vifs";

    private const string NamePrefix = "=name/";
    private const string AdvertPrefix = "=advert/";

    /// <summary>Token of the watch on a guest's name.</summary>
    public static string NameToken(DomainId domain) => $"{NamePrefix}{domain}";

    /// <summary>Token of the watch on a guest's advert.</summary>
    public static string AdvertToken(DomainId domain) => $"{AdvertPrefix}{domain}";

    /// <summary>What an event of the store means.</summary>
    public static HostEvent Of(StoreEvent item) => item.Token switch
    {
        _ when item.IsOverflow => new HostEvent(HostEventKind.Anything, default),
        StoreNames.IntroduceDomain or StoreNames.ReleaseDomain => new HostEvent(HostEventKind.Domains, default),
        VifsToken => OfVif(item.Path),
        _ when TryParseToken(item.Token, NamePrefix, out DomainId domain) => new HostEvent(HostEventKind.Toolstack, domain),
        _ when TryParseToken(item.Token, AdvertPrefix, out DomainId domain) => new HostEvent(HostEventKind.Advert, domain),
        _ => default,
    };

    private static bool TryParseToken(string token, string prefix, out DomainId domain)
    {
        domain = default;
        return token.StartsWith(prefix, StringComparison.Ordinal) && DomainId.TryParse(token.AsSpan(prefix.Length), out domain);
    }

    /// <summary>
    /// What an event below a vif means. Only what <see cref="VifReader"/> reads counts: a guest that starts makes netback and the hotplug script write a dozen other
    /// nodes of the same vif, and libxl as many of its disks and consoles.
    /// </summary>
    private static HostEvent OfVif(string path)
    {
        string? number = path.Split('/') switch
        {
            ["", "libxl", { } domain] => domain,
            ["", "libxl", { } domain, "device"] => domain,
            ["", "libxl", { } domain, "device", "vif"] => domain,
            ["", "libxl", { } domain, "device", "vif", _] => domain,
            ["", "libxl", { } domain, "device", "vif", _, { } leaf] when IsRead(leaf) => domain,
            ["", "local", "domain", "0", "backend", "vif", { } domain] => domain,
            ["", "local", "domain", "0", "backend", "vif", { } domain, _] => domain,
            ["", "local", "domain", "0", "backend", "vif", { } domain, _, { } leaf] when IsRead(leaf) => domain,
            _ => null,
        };
        return DomainId.TryParse(number, out DomainId id) ? new HostEvent(HostEventKind.Toolstack, id) : default;
    }

    private static bool IsRead(string leaf) => leaf is "backend" or "mac" or "ip" or "bridge" or "script" or "vlan" or "rate" or "online";
}
