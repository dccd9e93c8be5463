using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Reads what the store says of one guest: its own advert, and the toolstack's name and vifs.</summary>
internal sealed class GuestReader(IStore store, AnnouncerOptions options)
{
    private const int MaximumVifs = 16;

    /// <summary>How the last request ended that told nothing, because the store could not answer; Ok if each told something.</summary>
    private StoreStatus _trouble;

    /// <summary>The guest if it takes part, may, and has an interface; null if not; a failure if the store could not say. One call at a time.</summary>
    public async Task<StoreResult<WillingGuest>> ReadAsync(DomainId domain, CancellationToken cancel)
    {
        _trouble = StoreStatus.Ok;
        WillingGuest? guest = await ReadGuestAsync(domain, cancel).ConfigureAwait(false);
        return _trouble == StoreStatus.Ok ? new StoreResult<WillingGuest>(StoreStatus.Ok, guest) : _trouble;
    }

    private async Task<WillingGuest?> ReadGuestAsync(DomainId domain, CancellationToken cancel)
    {
        if (await ReadValueAsync(StoreNames.For(domain, StoreNames.Advert), cancel).ConfigureAwait(false) is not { } value
            || Advert.Parse(value.Span) is not { } advert
            || !advert.Versions.Meets(ProtocolVersions.Ours))
        {
            return null;
        }

        ReadOnlyMemory<byte>? nameValue = await ReadValueAsync(StoreNames.For(domain, "name"), cancel).ConfigureAwait(false);
        string name = GuestName.From(nameValue.GetValueOrDefault().Span);
        if (!IsAllowed(domain, name))
        {
            return null;
        }

        ImmutableArray<Vif> vifs = await ReadVifsAsync(domain, cancel).ConfigureAwait(false);
        return vifs.IsEmpty ? null : new WillingGuest(domain, name, advert.Instance, vifs);
    }

    private bool IsAllowed(DomainId domain, string name)
    {
        string number = domain.ToString();
        return (options.Allow.IsEmpty || Names(options.Allow, name, number))
            && !Names(options.Deny, name, number);
    }

    private static bool Names(ImmutableArray<string> list, string name, string number) =>
        list.Contains(name, StringComparer.Ordinal) || list.Contains(number, StringComparer.Ordinal);

    private async Task<ImmutableArray<Vif>> ReadVifsAsync(DomainId domain, CancellationToken cancel)
    {
        string vifs = StoreNames.VifsOf(domain);
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(vifs, cancel).ConfigureAwait(false);
        Note(names.Status);
        ImmutableArray<Vif>.Builder found = ImmutableArray.CreateBuilder<Vif>();
        for (int i = 0; names.IsOk && i < Math.Min(names.Value.Length, MaximumVifs); i++)
        {
            string name = names.Value[i];
            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && await ReadVifAsync($"{vifs}/{name}", cancel).ConfigureAwait(false) is { } vif)
            {
                found.Add(vif);
            }
        }

        return found.ToImmutable();
    }

    private async Task<Vif?> ReadVifAsync(string path, CancellationToken cancel)
    {
        if (!MacAddress.TryParse(await ReadTextAsync($"{path}/mac", cancel).ConfigureAwait(false), out MacAddress mac))
        {
            return null;
        }

        // A subnet or anything else that is no plain list says nothing that we could hold the guest to.
        string? ips = await ReadTextAsync($"{path}/ip", cancel).ConfigureAwait(false);
        _ = AddressList.TryParse(ips, ' ', PeerNode.MaximumAddresses, out ImmutableArray<InternetAddress> addresses);

        // libxl writes a default bridge for routed vifs too: the hotplug script decides (libxl_nic.c).
        string? bridge = await ReadTextAsync($"{path}/bridge", cancel).ConfigureAwait(false);
        string? script = await ReadTextAsync($"{path}/script", cancel).ConfigureAwait(false);
        bool routed = string.IsNullOrEmpty(bridge) || Path.GetFileName(script) == "vif-route";
        return new Vif(mac, addresses, routed ? null : bridge);
    }

    private async Task<string?> ReadTextAsync(string path, CancellationToken cancel) =>
        await ReadValueAsync(path, cancel).ConfigureAwait(false) is { } value ? Encoding.Latin1.GetString(value.Span) : null;

    /// <summary>A node's value; null if there is none.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadValueAsync(string path, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(path, cancel).ConfigureAwait(false);
        Note(value.Status);
        return value.IsOk ? value.Value : null;
    }

    private void Note(StoreStatus status)
    {
        if (status is not (StoreStatus.Ok or StoreStatus.NotFound or StoreStatus.AccessDenied))
        {
            _trouble = status;
        }
    }
}
