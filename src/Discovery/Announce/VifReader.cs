using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Reads the vif that a guest serves from nodes that only Dom0 can write:
/// <code>
///  /local/domain/0/backend/vif/N/I/{mac,ip,bridge,script,vlan,rate,online}   Dom0's end (n0 rN): the hotplug script works from it
///  /libxl/N/device/vif/I/{backend,mac,ip,bridge,script,vlan,rate}            libxl's own copy (n0), "we don't need to trust the backend"
/// </code>
/// </summary>
/// <remarks>
/// Where libxl keeps a directory of the guest, its list of vifs counts: it is removed before a new guest takes the number over
/// (<c>libxl_create.c</c>), while an end in Dom0 may be left behind by a device whose script failed. Never read: the guest's own end
/// <c>/local/domain/N/device/vif</c>, which it may write, <c>backend</c> included, and the ends in a driver domain, which that may write.
/// </remarks>
/// <param name="options">May name the host's own scripts.</param>
/// <param name="log">The log, for people.</param>
internal sealed partial class VifReader(AnnouncerOptions options, ILogger log)
{
    private const int MaximumVifs = 16;

    private readonly OncePerDomain _complaints = new();

    /// <summary>Reads the vif of a guest that has that Ethernet address; null if there is none, or none on a known network.</summary>
    public async Task<Vif?> ReadAsync(NodeReader nodes, DomainId domain, MacAddress mac, CancellationToken cancel)
    {
        VifReading reading = await ExplainAsync(nodes, domain, mac, cancel).ConfigureAwait(false);
        if (reading.Path is { } path)
        {
            Complain(domain, path, reading.Why);
        }

        return reading.Vif;
    }

    /// <summary>The same, with the reason if there is none; without a word in the log.</summary>
    public async Task<VifReading> ExplainAsync(NodeReader nodes, DomainId domain, MacAddress mac, CancellationToken cancel)
    {
        string libxl = StoreNames.LibxlOf(domain);
        bool isLibxl = (await nodes.ListAsync(libxl, cancel).ConfigureAwait(false)).Contains("device", StringComparer.Ordinal);
        string home = isLibxl ? $"{libxl}/device/vif" : StoreNames.VifsOf(domain);
        (DomainId Backend, string Path)? found = null;
        VifReading nothing = VifReading.None($"no vif of its has the address {mac} of the interface that it serves");
        ImmutableArray<string> names = await nodes.ListAsync(home, cancel).ConfigureAwait(false);
        for (int i = 0; i < Math.Min(names.Length, MaximumVifs); i++)
        {
            if (!uint.TryParse(names[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                continue;
            }

            string path = $"{home}/{names[i]}";
            DomainId owner = default;
            if (isLibxl)
            {
                // Without one it is being made or taken away.
                if (await nodes.ReadTextAsync($"{path}/backend", cancel).ConfigureAwait(false) is not { } backend)
                {
                    continue;
                }

                if (!TryParseBackend(backend, out owner))
                {
                    nothing = VifReading.Unusable(path, $"its backend '{backend}' is no domain's");
                    continue;
                }
            }

            // Dom0's end also has what was changed since the vif was made.
            string details = owner.Value == 0 ? $"{StoreNames.VifsOf(domain)}/{names[i]}" : path;
            if (await IsOfAsync(nodes, details, mac, cancel).ConfigureAwait(false))
            {
                if (found is not null)
                {
                    return VifReading.Unusable(details, $"another of its vifs has the address {mac} too");
                }

                found = (owner, details);
            }
        }

        return found is { } vif ? await ReadVifAsync(nodes, mac, vif.Backend, vif.Path, cancel).ConfigureAwait(false) : nothing;
    }

    /// <summary>A guest has gone; complaints about the next of that number are news.</summary>
    public void Forget(DomainId domain) => _complaints.Forget(domain);

    /// <summary>True if a vif has that address. Without one it is being made or taken away, with online=0 detached (libxl_device.c).</summary>
    private static async Task<bool> IsOfAsync(NodeReader nodes, string path, MacAddress mac, CancellationToken cancel) =>
        MacAddress.TryParse(await nodes.ReadTextAsync($"{path}/mac", cancel).ConfigureAwait(false), out MacAddress its)
        && its == mac
        && await nodes.ReadTextAsync($"{path}/online", cancel).ConfigureAwait(false) != "0";

    private async Task<VifReading> ReadVifAsync(NodeReader nodes, MacAddress mac, DomainId backend, string path, CancellationToken cancel)
    {
        string script = Path.GetFileName(await nodes.ReadTextAsync($"{path}/script", cancel).ConfigureAwait(false)) ?? string.Empty;
        if (VifScripts.AttachmentOf(script, options) is not { } attachment)
        {
            return VifReading.Unusable(path, $"what its hotplug script '{script}' connects it to is unknown (--bridge-script and --route-script tell)");
        }

        if (await nodes.ReadTextAsync($"{path}/rate", cancel).ConfigureAwait(false) is { } rate)
        {
            // Netback holds the guest to it, and does not see what goes through shared memory.
            return VifReading.Unusable(path, $"its rate limit '{rate}' would not hold on the fast path (without rate= in its configuration the guest takes part)");
        }

        string? ips = await nodes.ReadTextAsync($"{path}/ip", cancel).ConfigureAwait(false);
        if (!AddressList.TryParseVif(ips, script == VifScripts.Nat, PeerPage.MaximumAddresses, out ImmutableArray<InternetAddress> addresses))
        {
            return VifReading.Unusable(path, $"its ip '{ips}' is not a list of at most {PeerPage.MaximumAddresses} single addresses, and the guest cannot be held to anything else");
        }

        if (attachment == VifAttachment.Routed)
        {
            return VifReading.Of(new Vif(mac, addresses, VifNetwork.Routed(backend)));
        }

        string? bridge = await nodes.ReadTextAsync($"{path}/bridge", cancel).ConfigureAwait(false);
        if (string.IsNullOrEmpty(bridge))
        {
            return VifReading.Unusable(path, "it names no bridge, and the script's choice is not told");
        }

        string? vlan = await nodes.ReadTextAsync($"{path}/vlan", cancel).ConfigureAwait(false);
        return VifReading.Of(new Vif(mac, addresses, VifNetwork.Bridged(backend, attachment, bridge, vlan)));
    }

    /// <summary>The domain that has the other end, from <c>/local/domain/D/backend/vif/N/I</c>.</summary>
    private static bool TryParseBackend(string backend, out DomainId owner)
    {
        owner = default;
        return backend.Split('/') is ["", "local", "domain", { } number, "backend", "vif", ..] && DomainId.TryParse(number, out owner);
    }

    private void Complain(DomainId domain, string path, string why)
    {
        if (_complaints.IsNews(domain, path + why))
        {
            LogUnusable(log, path, domain, why);
        }
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "The vif {Path} of domain {Domain} stays on the standard path: {Why}.")]
    private static partial void LogUnusable(ILogger log, string path, DomainId domain, string why);
}
