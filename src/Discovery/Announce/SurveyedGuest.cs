using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>One guest as the store tells of it, see <see cref="GuestSurvey"/>.</summary>
/// <param name="Id">Its domain number.</param>
/// <param name="Name">Its name, made fit for every text.</param>
public sealed record SurveyedGuest(DomainId Id, string Name)
{
    private static readonly SortedDictionary<DomainId, string> NoPeers = [];

    /// <summary>True if it has an advert: an agent runs there, or was killed.</summary>
    public bool HasAdvert { get; init; }

    /// <summary>The advert; null if there is none that can be read.</summary>
    public Advert? Advert { get; init; }

    /// <summary>In words, the network of the toolstack's vif that its agent serves; null if that is unknown. Equal for guests on a common network.</summary>
    public string? Network { get; init; }

    /// <summary>The addresses that the toolstack gave that vif; may be empty.</summary>
    public ImmutableArray<InternetAddress> Addresses { get; init; } = [];

    /// <summary>The announcer's last heartbeat to it; null if there was none. Its age is not in the node: read again, a higher sequence tells that the announcer lives.</summary>
    public Heartbeat? Heartbeat { get; init; }

    /// <summary>True if that heartbeat was for the present life of the agent: the announcer has taken it in.</summary>
    public bool IsAnnounced { get; init; }

    /// <summary>The others that it was told of: their names, in the order of their numbers.</summary>
    public IReadOnlyDictionary<DomainId, string> Peers { get; init; } = NoPeers;

    /// <summary>Why it is not announced, as far as the store tells; empty if it is.</summary>
    public string Reason { get; init; } = string.Empty;
}
