using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Reads what the store says of one guest: its own advert, and the toolstack's name, UUID and vifs.</summary>
internal sealed class GuestReader(IStore store, AnnouncerOptions options, ILogger log)
{
    private const string VmPrefix = "/vm/";

    private readonly GuestPolicy _policy = new(options);
    private readonly VifReader _vifs = new(options, log);

    /// <summary>Reads a guest, if it takes part, may do so, and serves a vif on a known network; null if not; a failure if the store could not say.</summary>
    public async Task<StoreResult<WillingGuest>> ReadAsync(DomainId domain, CancellationToken cancel)
    {
        NodeReader nodes = new(store);
        WillingGuest? guest = await ReadGuestAsync(nodes, domain, cancel).ConfigureAwait(false);
        return nodes.Trouble == StoreStatus.Ok ? new StoreResult<WillingGuest>(StoreStatus.Ok, guest) : nodes.Trouble;
    }

    /// <summary>A guest has gone.</summary>
    public void Forget(DomainId domain) => _vifs.Forget(domain);

    private async Task<WillingGuest?> ReadGuestAsync(NodeReader nodes, DomainId domain, CancellationToken cancel)
    {
        if (await nodes.ReadAsync(StoreNames.For(domain, StoreNames.Advert), cancel).ConfigureAwait(false) is not { } value
            || Advert.Parse(value.Span) is not { } advert
            || !advert.Versions.Meets(ProtocolVersions.Ours))
        {
            return null;
        }

        ReadOnlyMemory<byte>? name = await nodes.ReadAsync(StoreNames.For(domain, StoreNames.Name), cancel).ConfigureAwait(false);
        string? vm = _policy.NeedsUuid ? await nodes.ReadTextAsync(StoreNames.For(domain, StoreNames.Vm), cancel).ConfigureAwait(false) : null;
        string? uuid = vm?.StartsWith(VmPrefix, StringComparison.Ordinal) == true ? vm[VmPrefix.Length..] : null;
        if (!_policy.Allows(domain, Encoding.UTF8.GetString(name.GetValueOrDefault().Span), uuid))
        {
            return null;
        }

        return await _vifs.ReadAsync(nodes, domain, advert.Mac, cancel).ConfigureAwait(false) is { } vif
            ? new WillingGuest(domain, GuestName.From(name.GetValueOrDefault().Span), advert.Instance, vif)
            : null;
    }
}
