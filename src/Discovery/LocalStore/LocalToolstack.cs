using System.Collections.Immutable;
using System.Globalization;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The nodes that a Xen toolstack makes for a new guest, as far as XenLoop looks at them (libxl, <c>libxl_create.c</c> and <c>libxl_nic.c</c>):
/// <code>
///  /local/domain/N               n0 rN     the guest reads
///  /local/domain/N/name          n0 rN
///  /local/domain/N/domid         n0 rN
///  /local/domain/N/data          nN        the guest's own
///  /local/domain/0/backend/vif/N/I/{mac,ip,script,bridge,frontend-id}    n0 rN
/// </code>
/// </summary>
internal static class LocalToolstack
{
    /// <summary>Lays a guest's nodes out, parents first.</summary>
    /// <param name="put">Writes one node with its permissions, as Dom0.</param>
    /// <param name="domain">The guest's domain number.</param>
    /// <param name="identity">What is known of it; validated.</param>
    public static void LayOut(Action<string, string, ImmutableArray<StorePermission>> put, DomainId domain, GuestIdentity identity)
    {
        DomainId dom0 = new(0);
        ImmutableArray<StorePermission> readable = [new(dom0, StoreAccess.None), new(domain, StoreAccess.Read)];
        string home = StorePath.Of(domain);
        put(home, string.Empty, readable);
        put($"{home}/name", identity.Name, readable);
        put($"{home}/domid", domain.ToString(), readable);
        put($"{home}/data", string.Empty, [new StorePermission(domain, StoreAccess.None)]);

        string vifs = StoreNames.VifsOf(domain);
        put(vifs, string.Empty, readable);
        for (int i = 0; i < identity.Interfaces.Length; i++)
        {
            GuestInterface card = identity.Interfaces[i];
            string vif = string.Create(CultureInfo.InvariantCulture, $"{vifs}/{i}");
            put(vif, string.Empty, readable);
            put($"{vif}/frontend-id", domain.ToString(), readable);
            put($"{vif}/mac", card.Mac.ToString(), readable);
            if (!card.Addresses.IsEmpty)
            {
                put($"{vif}/ip", string.Join(' ', card.Addresses), readable);
            }

            bool routed = string.IsNullOrEmpty(card.Bridge);
            put($"{vif}/script", routed ? "/etc/xen/scripts/vif-route" : "/etc/xen/scripts/vif-bridge", readable);
            if (!routed)
            {
                put($"{vif}/bridge", card.Bridge!, readable);
            }
        }
    }
}
