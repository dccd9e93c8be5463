using System.Text;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Who a guest is in the toolstack's words, by which the person who runs the host names it.</summary>
/// <param name="Id">Its domain number.</param>
/// <param name="RawName">Its name, as it stands in the store; empty if it has none.</param>
/// <param name="Uuid">Its UUID; null if it has none, or was not asked for.</param>
internal sealed record ToolstackIdentity(DomainId Id, ReadOnlyMemory<byte> RawName, Guid? Uuid)
{
    private const string VmPrefix = "/vm/";

    /// <summary>Reads a guest's identity from nodes that only Dom0 can write.</summary>
    public static async Task<ToolstackIdentity> ReadAsync(NodeReader nodes, DomainId domain, bool withUuid, CancellationToken cancel)
    {
        ReadOnlyMemory<byte>? name = await nodes.ReadAsync(StoreNames.For(domain, StoreNames.Name), cancel).ConfigureAwait(false);
        string? vm = withUuid ? await nodes.ReadTextAsync(StoreNames.For(domain, StoreNames.Vm), cancel).ConfigureAwait(false) : null;
        bool hasUuid = Guid.TryParseExact(vm?.StartsWith(VmPrefix, StringComparison.Ordinal) == true ? vm[VmPrefix.Length..] : null, "D", out Guid uuid);
        return new ToolstackIdentity(domain, name.GetValueOrDefault(), hasUuid ? uuid : null);
    }

    /// <summary>True if an entry of an allow or deny list means this guest: by name, domain number or UUID (with dashes or without; a name may look like one, too).</summary>
    public bool IsMeantBy(string entry) =>
        entry == Encoding.UTF8.GetString(RawName.Span)
        || entry == Id.ToString()
        || (Uuid is { } own && GuestPolicy.TryParseUuid(entry, out Guid uuid) && uuid == own);
}
