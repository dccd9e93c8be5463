using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Reads what the store says of one guest: its own advert, and the toolstack's name, UUID and vifs.</summary>
internal sealed partial class GuestReader(IStore store, AnnouncerOptions options, ILogger log)
{
    private readonly GuestPolicy _policy = new(options);
    private readonly VifReader _vifs = new(options, log);
    private readonly OncePerDomain _leftOut = new();
    private readonly Dictionary<DomainId, uint> _ended = [];

    /// <summary>Reads a guest, if it takes part, may do so, and serves a vif on a known network; null if not; a failure if the store could not say.</summary>
    public async Task<StoreResult<WillingGuest>> ReadAsync(DomainId domain, CancellationToken cancel)
    {
        NodeReader nodes = new(store);
        WillingGuest? guest = await ReadGuestAsync(nodes, domain, cancel).ConfigureAwait(false);
        return nodes.Trouble == StoreStatus.Ok ? new StoreResult<WillingGuest>(StoreStatus.Ok, guest) : nodes.Trouble;
    }

    /// <summary>A domain has gone: whoever has its number next is another.</summary>
    public void Forget(DomainId domain)
    {
        _vifs.Forget(domain);
        _leftOut.Forget(domain);
        _ended[domain] = _ended.GetValueOrDefault(domain) + 1;
    }

    private async Task<WillingGuest?> ReadGuestAsync(NodeReader nodes, DomainId domain, CancellationToken cancel)
    {
        if (await nodes.ReadAsync(StoreNames.For(domain, StoreNames.Advert), cancel).ConfigureAwait(false) is not { } value || Advert.Parse(value.Span) is not { } advert)
        {
            return null;
        }

        ToolstackIdentity identity = await ToolstackIdentity.ReadAsync(nodes, domain, _policy.NeedsUuid, cancel).ConfigureAwait(false);
        string name = GuestName.From(identity.RawName.Span);
        if (!advert.Versions.Meets(ProtocolVersions.Ours))
        {
            // Whatever numbers it names: a guest can name any.
            if (_leftOut.IsNews(domain, nameof(ProtocolVersions)))
            {
                LogOtherVersion(log, domain, name, advert.Versions, ProtocolVersions.Ours);
            }

            return null;
        }

        if (!_policy.Allows(identity))
        {
            if (nodes.Trouble == StoreStatus.Ok && _leftOut.IsNews(domain, nameof(GuestPolicy)))
            {
                LogDenied(log, domain, name);
            }

            return null;
        }

        return await _vifs.ReadAsync(nodes, domain, advert.Mac, cancel).ConfigureAwait(false) is { } vif
            ? new WillingGuest(domain, name, advert.Instance, vif, _ended.GetValueOrDefault(domain))
            : null;
    }

    [LoggerMessage(EventId = 219, Level = LogLevel.Information, Message = "Domain {Domain} ({Name}) runs an agent and is left out: --allow and --deny say so.")]
    private static partial void LogDenied(ILogger log, DomainId domain, string name);

    [LoggerMessage(EventId = 220, Level = LogLevel.Warning, Message = "Domain {Domain} ({Name}) runs an agent and is left out: it speaks versions {Theirs} of the protocol, this announcer {Ours}. One of the two needs another xenloop.")]
    private static partial void LogOtherVersion(ILogger log, DomainId domain, string name, ProtocolVersions theirs, ProtocolVersions ours);
}
