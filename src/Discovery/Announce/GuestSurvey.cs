using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Reads, once, what the store says of every guest of this host: which take part, whom the announcer has told of whom, and why others were left
/// out. It watches nothing, writes nothing, and knows none of the announcer's options.
/// </summary>
/// <param name="store">The store, with Dom0's rights; not disposed.</param>
/// <param name="announcerRuns">Whether an announcer runs on this host; null if that is unknown.</param>
public sealed class GuestSurvey(IStore store, bool? announcerRuns)
{
    private readonly NodeReader _nodes = new(store);
    private readonly VifReader _vifs = new(new AnnouncerOptions(), NullLogger.Instance);

    /// <summary>All guests, by domain number.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer all questions.</exception>
    public async Task<IReadOnlyList<SurveyedGuest>> ReadAsync(CancellationToken cancel)
    {
        // A dictionary that is used elsewhere, too: each new one of the base library's takes kilobytes of the binary.
        SortedDictionary<DomainId, string> domains = [];
        foreach (string name in await _nodes.ListAsync(StorePath.Domains, cancel).ConfigureAwait(false))
        {
            if (DomainId.TryParse(name, out DomainId domain) && domain.Value != 0)
            {
                domains[domain] = name;
            }
        }

        List<SurveyedGuest> guests = [];
        foreach (DomainId domain in domains.Keys)
        {
            guests.Add(await ReadGuestAsync(domain, cancel).ConfigureAwait(false));
        }

        return _nodes.Trouble == StoreStatus.Ok
            ? guests
            : throw new StoreUnavailableException($"The store did not answer all questions ({_nodes.Trouble}). Try again.");
    }

    private async Task<SurveyedGuest> ReadGuestAsync(DomainId domain, CancellationToken cancel)
    {
        ReadOnlyMemory<byte>? name = await _nodes.ReadAsync(StoreNames.For(domain, StoreNames.Name), cancel).ConfigureAwait(false);
        SurveyedGuest guest = new(domain, GuestName.From(name.GetValueOrDefault().Span));
        if (await _nodes.ReadAsync(StoreNames.For(domain, StoreNames.Advert), cancel).ConfigureAwait(false) is not { } value)
        {
            return guest with { Reason = "no agent runs there (it has no advert)" };
        }

        guest = guest with { HasAdvert = true };
        if (Advert.Parse(value.Span) is not { } advert)
        {
            return guest with { Reason = "its advert is malformed" };
        }

        guest = guest with { Advert = advert };
        if (!advert.Versions.Meets(ProtocolVersions.Ours))
        {
            return guest with { Reason = $"its agent speaks versions {advert.Versions} of the protocol, and this xenloop {ProtocolVersions.Ours}" };
        }

        VifReading vif = await _vifs.ExplainAsync(_nodes, domain, advert.Mac, cancel).ConfigureAwait(false);
        Heartbeat? heartbeat = await _nodes.ReadAsync(StoreNames.For(domain, StoreNames.Heartbeat), cancel).ConfigureAwait(false) is { } beat ? Heartbeat.Parse(beat.Span) : null;
        bool isAnnounced = heartbeat?.Instance == advert.Instance;
        return guest with
        {
            Network = vif.Vif?.Network.Words,
            Addresses = vif.Vif?.Addresses ?? [],
            Heartbeat = heartbeat,
            IsAnnounced = isAnnounced,
            Peers = isAnnounced ? await ReadPeersAsync(domain, cancel).ConfigureAwait(false) : guest.Peers,
            Reason = isAnnounced ? string.Empty : vif.Vif is null ? Reason(vif) : WhyLeftOut(),
        };
    }

    /// <summary>What a guest was told of others; what it was told of itself is among that, too.</summary>
    private async Task<SortedDictionary<DomainId, string>> ReadPeersAsync(DomainId domain, CancellationToken cancel)
    {
        SortedDictionary<DomainId, string> told = [];
        foreach (string name in await _nodes.ListAsync(StoreNames.For(domain, StoreNames.Peers), cancel).ConfigureAwait(false))
        {
            if (PeerPage.TryParseNumber(name, out int page)
                && await _nodes.ReadAsync(StoreNames.For(domain, StoreNames.PeerPage(page)), cancel).ConfigureAwait(false) is { } value
                && PeerPage.TryParse(value.Span, out ImmutableArray<PeerDomain> peers))
            {
                foreach (PeerDomain peer in peers)
                {
                    told[peer.Id] = peer.Name;
                }
            }
        }

        told.Remove(domain);
        return told;
    }

    private static string Reason(VifReading vif) => vif.Path is null ? vif.Why : $"{vif.Path}: {vif.Why}";

    private string WhyLeftOut() => announcerRuns switch
    {
        true => "the announcer leaves it out (--deny, --allow), or has yet to look at it",
        false => "no announcer runs on this host",
        null => "the announcer leaves it out (--deny, --allow), or none runs on this host",
    };
}
