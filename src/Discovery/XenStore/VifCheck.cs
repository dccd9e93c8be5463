using System.Collections.Immutable;
using System.Text;
using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>
/// Compares the interface that a guest captures on with the vifs that the toolstack gave it. Peers learn a guest's Ethernet
/// address from the toolstack's nodes alone and drop what comes from another.
/// </summary>
internal sealed class VifCheck(IStore store)
{
    private const string Vifs = "device/vif";
    private const int MaximumVifs = 16;

    /// <summary>What is wrong with the interface, in plain words; null if nothing is, or the store cannot say.</summary>
    public async Task<string?> ComplaintAsync(GuestIdentity self, CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(Vifs, cancel).ConfigureAwait(false);
        if (names.Status == StoreStatus.NotFound || names is { IsOk: true, Value.IsEmpty: true })
        {
            return "The toolstack gave this guest no vif: no peer will be found. Add one (xl network-attach).";
        }

        if (!names.IsOk)
        {
            return null;
        }

        List<MacAddress> known = [];
        for (int i = 0; i < Math.Min(names.Value.Length, MaximumVifs); i++)
        {
            StoreResult<ReadOnlyMemory<byte>> text = await store.ReadAsync($"{Vifs}/{names.Value[i]}/mac", cancel).ConfigureAwait(false);
            if (text.IsOk && MacAddress.TryParse(Encoding.Latin1.GetString(text.Value.Span), out MacAddress mac))
            {
                known.Add(mac);
            }
        }

        foreach (GuestInterface card in self.Interfaces)
        {
            if (known.Count > 0 && !known.Contains(card.Mac))
            {
                return $"The chosen interface has the address {card.Mac}, but this guest's vifs have {string.Join(", ", known)}: peers will drop its packets. Choose the vif's own interface (--interface), or give it that address.";
            }
        }

        return null;
    }
}
