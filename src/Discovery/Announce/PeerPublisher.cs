using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Keeps each willing guest's list of peers in the store equal to what it should be, writing differences only.</summary>
internal sealed partial class PeerPublisher(IStore store, ILogger log)
{
    private readonly Dictionary<DomainId, PeerList> _lists = [];
    private readonly HashSet<DomainId> _stale = [];
    private readonly HashSet<DomainId> _leftovers = [];

    /// <summary>Those of them that were told something by us: nobody else's empty directory is any business of ours, it may be a new domain's.</summary>
    private readonly HashSet<DomainId> _told = [];

    /// <summary>
    /// Makes a guest's part of the store ready for what it is to be told. What an earlier life of the announcer told this
    /// life of the guest is taken over, so that a restart of ours changes nothing for it; anything else is removed.
    /// </summary>
    public async Task<StoreStatus> PrepareAsync(WillingGuest guest, CancellationToken cancel)
    {
        Forget(guest.Id);
        PeerList list = new();
        StoreResult<ReadOnlyMemory<byte>> beat = await store.ReadAsync(StoreNames.For(guest.Id, StoreNames.Heartbeat), cancel).ConfigureAwait(false);
        StoreStatus status = beat.IsOk && Heartbeat.Parse(beat.Value.Span)?.Instance == guest.Instance
            ? await AdoptAsync(guest.Id, list, cancel).ConfigureAwait(false)
            : beat.Status is StoreStatus.Ok or StoreStatus.NotFound ? await StartAfreshAsync(guest.Id, cancel).ConfigureAwait(false)
            : beat.Status;
        if (status == StoreStatus.Ok)
        {
            _lists.Add(guest.Id, list);
        }

        return status;
    }

    /// <summary>True if a guest was prepared and not forgotten since.</summary>
    public bool IsReady(DomainId reader) => _lists.ContainsKey(reader);

    /// <summary>Takes note of what a guest is to be told of another; null: nothing.</summary>
    public void Tell(DomainId reader, DomainId peer, PeerDomain? described)
    {
        if (_lists.TryGetValue(reader, out PeerList? list))
        {
            list.Set(peer, described);
            NoteStale(reader, list);
        }
    }

    /// <summary>Removes what was taken over and not said again: every guest has been looked at since the start, so it is untrue.</summary>
    public void DropUnconfirmed()
    {
        foreach ((DomainId reader, PeerList list) in _lists)
        {
            list.DropUnconfirmed();
            NoteStale(reader, list);
        }
    }

    /// <summary>Takes note that a guest does not take part (any more): all that it was told goes with the next flush.</summary>
    public void Withdraw(DomainId reader)
    {
        bool wasTold = _lists.ContainsKey(reader);
        Forget(reader);
        _leftovers.Add(reader);
        if (wasTold)
        {
            _told.Add(reader);
        }
    }

    /// <summary>A guest's directory has gone, with all in it.</summary>
    public void Forget(DomainId reader)
    {
        _lists.Remove(reader);
        _stale.Remove(reader);
        _leftovers.Remove(reader);
        _told.Remove(reader);
    }

    /// <summary>Writes what differs. What fails is tried again at the next call.</summary>
    /// <returns>True if a domain that had ended is only now gone from the store.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancel)
    {
        bool buried = false;
        foreach (DomainId reader in (DomainId[])[.. _leftovers])
        {
            if (Report(reader, await store.RemoveAsync(StoreNames.For(reader, StoreNames.Announced), cancel).ConfigureAwait(false)))
            {
                StoreStatus status = _told.Contains(reader) ? await BuryAsync(reader, cancel).ConfigureAwait(false) : StoreStatus.Exists;
                buried |= status == StoreStatus.Ok;
                if (status is StoreStatus.Ok or StoreStatus.Exists or StoreStatus.NotFound)
                {
                    _leftovers.Remove(reader);
                    _told.Remove(reader);
                }
            }
        }

        foreach (DomainId reader in (DomainId[])[.. _stale])
        {
            await FlushAsync(reader, cancel).ConfigureAwait(false);
        }

        return buried;
    }

    /// <summary>Writes what differs for one guest.</summary>
    public async Task FlushAsync(DomainId reader, CancellationToken cancel)
    {
        bool went = true;
        while (went && _lists.TryGetValue(reader, out PeerList? list) && list.IsStale)
        {
            foreach (int page in list.StalePages)
            {
                went &= await WriteAsync(reader, list, page, cancel).ConfigureAwait(false);
            }
        }

        if (went)
        {
            _stale.Remove(reader);
        }
    }

    /// <summary>Tells one guest that the announcer lives.</summary>
    public async Task BeatAsync(WillingGuest guest, Heartbeat heartbeat, CancellationToken cancel) =>
        Report(guest.Id, await store.WriteAsync(StoreNames.For(guest.Id, StoreNames.Heartbeat), heartbeat.ToBytes(), cancel).ConfigureAwait(false));

    private void NoteStale(DomainId reader, PeerList list)
    {
        if (list.IsStale)
        {
            _stale.Add(reader);
        }
    }

    private async Task<bool> WriteAsync(DomainId reader, PeerList list, int page, CancellationToken cancel)
    {
        string path = StoreNames.For(reader, StoreNames.PeerPage(page));
        StoreStatus status = list.ToBytes(page) is { } value
            ? await store.WriteAsync(path, value, cancel).ConfigureAwait(false)
            : await store.RemoveAsync(path, cancel).ConfigureAwait(false);
        bool went = Report(reader, status);
        if (went)
        {
            list.Written(page);
        }

        return went;
    }

    private async Task<StoreStatus> AdoptAsync(DomainId reader, PeerList list, CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(StoreNames.For(reader, StoreNames.Peers), cancel).ConfigureAwait(false);
        if (names.Status is not (StoreStatus.Ok or StoreStatus.NotFound))
        {
            return names.Status;
        }

        foreach (string name in names.IsOk ? names.Value : [])
        {
            if (!PeerPage.TryParseNumber(name, out int page))
            {
                continue;
            }

            StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(StoreNames.For(reader, StoreNames.PeerPage(page)), cancel).ConfigureAwait(false);
            if (!value.IsOk)
            {
                return value.Status;
            }

            list.Adopt(page, PeerPage.TryParse(value.Value.Span, out ImmutableArray<PeerDomain> peers) ? peers : null);
        }

        NoteStale(reader, list);
        return StoreStatus.Ok;
    }

    /// <summary>
    /// Removes the directory of a domain that has ended, if a late write of ours has brought it back: the toolstack has removed it whole, and does not come again. It
    /// would be listed among the domains for as long as the host runs.
    /// </summary>
    /// <returns>Ok: removed. Exists: there is more in it, so the domain lives. NotFound: it is gone.</returns>
    private async Task<StoreStatus> BuryAsync(DomainId reader, CancellationToken cancel)
    {
        string path = StorePath.Of(reader);
        StoreResult<ImmutableArray<string>> left = await store.ListAsync(path, cancel).ConfigureAwait(false);
        return !left.IsOk ? left.Status
            : !left.Value.IsEmpty ? StoreStatus.Exists
            : await store.RemoveEmptyAsync(path, cancel).ConfigureAwait(false);
    }

    /// <summary>Makes an empty directory that the guest and nobody else may read; nodes below take over its permissions.</summary>
    private async Task<StoreStatus> StartAfreshAsync(DomainId reader, CancellationToken cancel)
    {
        string path = StoreNames.For(reader, StoreNames.Announced);
        StoreStatus status = await store.RemoveAsync(path, cancel).ConfigureAwait(false);
        if (status is StoreStatus.Ok or StoreStatus.NotFound)
        {
            status = await store.MakeDirectoryAsync(path, cancel).ConfigureAwait(false);
        }

        return status != StoreStatus.Ok
            ? status
            : await store.SetPermissionsAsync(path, [new(new DomainId(0), StoreAccess.None), new(reader, StoreAccess.Read)], cancel).ConfigureAwait(false);
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
