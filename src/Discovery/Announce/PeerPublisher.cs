using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Keeps each willing guest's list of peers in the store equal to what it should be, writing differences only.</summary>
internal sealed partial class PeerPublisher(IStore store, ILogger log)
{
    private const string Unknown = "";

    private readonly Dictionary<DomainId, Dictionary<DomainId, string>> _written = [];

    /// <summary>
    /// Takes stock of what a guest is told at present: left by an earlier life of the announcer, or less than we wrote,
    /// because the domain went and came back under the same number before we could look.
    /// </summary>
    /// <returns>False: it has no list at all.</returns>
    public async Task<bool> TakeStockAsync(DomainId reader, CancellationToken cancel)
    {
        Dictionary<DomainId, string> before = _written.GetValueOrDefault(reader) ?? [];
        Dictionary<DomainId, string> present = [];
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(StoreNames.For(reader, StoreNames.Peers), cancel).ConfigureAwait(false);
        foreach (string name in names.IsOk ? names.Value : [])
        {
            if (DomainId.TryParse(name, out DomainId peer))
            {
                present[peer] = before.GetValueOrDefault(peer, Unknown);
            }
        }

        _written[reader] = present;
        return names.IsOk;
    }

    /// <summary>A guest's directory has gone, with all in it.</summary>
    public void Forget(DomainId reader) => _written.Remove(reader);

    /// <summary>Writes and removes what differs from the wanted state. What fails is tried again at the next call.</summary>
    public async Task PublishAsync(IReadOnlyDictionary<DomainId, WillingGuest> guests, CancellationToken cancel)
    {
        foreach ((DomainId reader, Dictionary<DomainId, string> written) in _written)
        {
            if (guests.TryGetValue(reader, out WillingGuest? guest))
            {
                await WriteAsync(guest, guests, written, cancel).ConfigureAwait(false);
            }
            else if (written.Count > 0 && Report(reader, await store.RemoveAsync(StoreNames.For(reader, StoreNames.Announced), cancel).ConfigureAwait(false)))
            {
                written.Clear();
            }
        }
    }

    /// <summary>Tells one guest that the announcer lives.</summary>
    public async Task BeatAsync(WillingGuest guest, Heartbeat heartbeat, CancellationToken cancel) =>
        Report(guest.Id, await store.WriteAsync(StoreNames.For(guest.Id, StoreNames.Heartbeat), heartbeat.ToBytes(), cancel).ConfigureAwait(false));

    /// <summary>Makes the announcer's directories of a guest readable by it and by nobody else; nodes below take over their permissions.</summary>
    public async Task PrepareAsync(DomainId reader, CancellationToken cancel)
    {
        ImmutableArray<StorePermission> permissions = [new(new DomainId(0), StoreAccess.None), new(reader, StoreAccess.Read)];
        foreach (string directory in (string[])[StoreNames.Announced, StoreNames.Peers])
        {
            string path = StoreNames.For(reader, directory);
            Report(reader, await store.MakeDirectoryAsync(path, cancel).ConfigureAwait(false));
            Report(reader, await store.SetPermissionsAsync(path, permissions, cancel).ConfigureAwait(false));
        }
    }

    private async Task WriteAsync(WillingGuest reader, IReadOnlyDictionary<DomainId, WillingGuest> guests, Dictionary<DomainId, string> written, CancellationToken cancel)
    {
        foreach (DomainId peer in (DomainId[])[.. written.Keys])
        {
            bool isStale = guests.GetValueOrDefault(peer)?.DescribeTo(reader) is null;
            if (isStale && Report(reader.Id, await store.RemoveAsync(StoreNames.For(reader.Id, StoreNames.Peer(peer)), cancel).ConfigureAwait(false)))
            {
                written.Remove(peer);
            }
        }

        foreach (WillingGuest peer in guests.Values)
        {
            if (peer.Id == reader.Id || peer.DescribeTo(reader) is not { } described)
            {
                continue;
            }

            string text = PeerNode.ToText(described);
            if (written.GetValueOrDefault(peer.Id) != text
                && Report(reader.Id, await store.WriteAsync(StoreNames.For(reader.Id, StoreNames.Peer(peer.Id)), Encoding.ASCII.GetBytes(text), cancel).ConfigureAwait(false)))
            {
                written[peer.Id] = text;
            }
        }
    }

    private bool Report(DomainId reader, StoreStatus status)
    {
        // A node or domain that has gone meanwhile is what removal wanted, and its release is on its way to us.
        if (status is StoreStatus.Ok or StoreStatus.NotFound)
        {
            return true;
        }

        LogFailed(log, reader, status);
        return false;
    }

    [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Domain {Reader} cannot be told of its peers: the store said {Status}. Trying again with the next heartbeat.")]
    private static partial void LogFailed(ILogger log, DomainId reader, StoreStatus status);
}
