using System.Globalization;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// XenLoop's nodes in the store:
/// <code>
///  /local/domain/N/
///    data/xenloop/advert         by guest N       "I take part, in this life of mine"; only Dom0 reads it
///    data/xenloop/channel/M      by guest N       N's side of the channel with M; only M reads it
///    xenloop/heartbeat           by the announcer it is alive
///    xenloop/peers/P             by the announcer page P of the list of N's peers
/// </code>
/// Relative names are those of the guest's own view.
/// </summary>
internal static class StoreNames
{
    /// <summary>A domain's own number, relative; the toolstack's.</summary>
    public const string DomainNumber = "domid";

    /// <summary>A guest's advert, relative.</summary>
    public const string Advert = "data/xenloop/advert";

    /// <summary>The parent of a guest's channel nodes, relative.</summary>
    public const string Channels = "data/xenloop/channel";

    /// <summary>The announcer's part of a guest's directory, relative.</summary>
    public const string Announced = "xenloop";

    /// <summary>The announcer's sign of life, relative.</summary>
    public const string Heartbeat = "xenloop/heartbeat";

    /// <summary>The parent of the pages of a guest's peers, relative.</summary>
    public const string Peers = "xenloop/peers";

    /// <summary>The toolstack's name for a guest, relative; Dom0's node, which the guest can read.</summary>
    public const string Name = "name";

    /// <summary>Where the toolstack keeps the path <c>/vm/UUID</c>, relative; Dom0's node, which the guest can read.</summary>
    public const string Vm = "vm";

    /// <summary>Special watch: fires for Dom0 when a domain has been made.</summary>
    public const string IntroduceDomain = "@introduceDomain";

    /// <summary>Special watch: fires for Dom0 when a domain has gone.</summary>
    public const string ReleaseDomain = "@releaseDomain";

    /// <summary>Dom0's ends of all vifs.</summary>
    public const string VifBackends = "/local/domain/0/backend/vif";

    /// <summary>What libxl keeps for itself; closed to every guest (<c>libxl_create.c</c>, <c>noperm</c>).</summary>
    public const string Libxl = "/libxl";

    /// <summary>Dom0's ends of a domain's vifs.</summary>
    public static string VifsOf(DomainId domain) => $"{VifBackends}/{domain}";

    /// <summary>What libxl keeps of a domain.</summary>
    public static string LibxlOf(DomainId domain) => $"{Libxl}/{domain}";

    /// <summary>Any of the above, absolute.</summary>
    public static string For(DomainId domain, string relative) => $"{StorePath.Of(domain)}/{relative}";

    /// <summary>A guest's side of a channel, relative.</summary>
    public static string ChannelWith(DomainId peer) => $"{Channels}/{peer}";

    /// <summary>A page of the list of peers, relative.</summary>
    public static string PeerPage(int page) => string.Create(CultureInfo.InvariantCulture, $"{Peers}/{page}");
}
