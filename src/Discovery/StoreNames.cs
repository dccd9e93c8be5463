using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// XenLoop's nodes in the store:
/// <code>
///  /local/domain/N/
///    data/xenloop/advert         by guest N       "I take part, in this life of mine"; only Dom0 reads it
///    data/xenloop/channel/M      by guest N       N's side of the channel with M; only M reads it
///    xenloop/heartbeat           by the announcer it is alive
///    xenloop/peers/M             by the announcer M is co-resident with N and takes part
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

    /// <summary>The parent of a guest's peers, relative.</summary>
    public const string Peers = "xenloop/peers";

    /// <summary>Special watch: fires for Dom0 when a domain has been made.</summary>
    public const string IntroduceDomain = "@introduceDomain";

    /// <summary>Special watch: fires for Dom0 when a domain has gone.</summary>
    public const string ReleaseDomain = "@releaseDomain";

    /// <summary>Where the toolstack describes a domain's vifs.</summary>
    public static string VifsOf(DomainId domain) => $"/local/domain/0/backend/vif/{domain}";

    /// <summary>Any of the above, absolute.</summary>
    public static string For(DomainId domain, string relative) => $"{StorePath.Of(domain)}/{relative}";

    /// <summary>A guest's side of a channel, relative.</summary>
    public static string ChannelWith(DomainId peer) => $"{Channels}/{peer}";

    /// <summary>What the announcer says of a peer, relative.</summary>
    public static string Peer(DomainId peer) => $"{Peers}/{peer}";
}
