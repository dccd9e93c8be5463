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

    /// <summary>The guest if it takes part, may, and has an interface; otherwise null.</summary>
    public async Task<WillingGuest?> ReadAsync(DomainId domain, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(StoreNames.For(domain, StoreNames.Advert), cancel).ConfigureAwait(false);
        if (!value.IsOk || Advert.Parse(value.Value.Span) is not { } advert || !advert.Versions.Meets(ProtocolVersions.Ours))
        {
            return null;
        }

        StoreResult<ReadOnlyMemory<byte>> nameValue = await store.ReadAsync(StoreNames.For(domain, "name"), cancel).ConfigureAwait(false);
        string name = GuestName.From(nameValue.Value.Span);
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

    private async Task<string?> ReadTextAsync(string path, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(path, cancel).ConfigureAwait(false);
        return value.IsOk ? Encoding.Latin1.GetString(value.Value.Span) : null;
    }
}
