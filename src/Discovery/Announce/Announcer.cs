using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Dom0's part of discovery: finds the guests that advertise themselves, and tells each which of the others it can reach
/// through shared memory. Works from watches; between changes only the heartbeat wakes it.
/// </summary>
/// <remarks>
/// A guest's own word counts for one thing: that it takes part, in which life. Names, addresses and bridges are the
/// toolstack's. A guest that rewrites its advert in a loop is looked at once per <see cref="ChangeInterval"/>.
/// The per-guest watches are Dom0's, which has no quota, and as narrow as possible: a guest cannot wake us with other nodes.
/// </remarks>
/// <param name="store">With Dom0's rights; not disposed.</param>
/// <param name="options">How to behave.</param>
/// <param name="clock">The time.</param>
/// <param name="log">For people.</param>
public sealed partial class Announcer(IStore store, AnnouncerOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>How often one guest's changes are taken note of in the long run.</summary>
    private static readonly TimeSpan ChangeInterval = TimeSpan.FromSeconds(1);

    /// <summary>How much sooner a few in a row may be: a guest that starts makes three.</summary>
    private static readonly TimeSpan Burst = 5 * ChangeInterval;

    private readonly GuestReader _reader = new(store, options);
    private readonly PeerPublisher _publisher = new(store, log);
    private readonly Dictionary<DomainId, WillingGuest> _willing = [];
    private readonly HashSet<DomainId> _known = [];
    private readonly Dictionary<DomainId, TimeSpan> _paidUntil = [];
    private readonly HashSet<DomainId> _changed = [];
    private readonly long _started = clock.GetTimestamp();
    private ulong _sequence;
    private TimeSpan _nextBeat;
    private bool _rescan = true;
    private bool _dirty = true;

    private TimeSpan Now => clock.GetElapsedTime(_started);

    /// <summary>Announces until <paramref name="stop"/>. What it wrote stays: guests notice its silence by themselves.</summary>
    /// <exception cref="StoreUnavailableException">The store was lost; run a new announcer on a new connection.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await store.WatchAsync(StoreNames.IntroduceDomain, StoreNames.IntroduceDomain, stop).ConfigureAwait(false);
            await store.WatchAsync(StoreNames.ReleaseDomain, StoreNames.ReleaseDomain, stop).ConfigureAwait(false);
            _nextBeat = Now + options.HeartbeatInterval;
            Task<StoreEvent?> next = store.NextEventAsync(stop).AsTask();
            while (true)
            {
                await WorkAsync(stop).ConfigureAwait(false);
                Task delay = Task.Delay(UntilDue(), clock, stop);
                if (await Task.WhenAny(next, delay).ConfigureAwait(false) == next)
                {
                    Note(await next.ConfigureAwait(false) ?? throw new StoreUnavailableException($"The store was lost: {await store.Lost.ConfigureAwait(false)}."));
                    next = store.NextEventAsync(stop).AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log);
        }
    }

    private void Note(StoreEvent item)
    {
        if (item.Token is StoreNames.IntroduceDomain or StoreNames.ReleaseDomain || item.IsOverflow)
        {
            _rescan = true;
        }

        if (item.IsOverflow)
        {
            _changed.UnionWith(_known);
        }
        else if (DomainId.TryParse(item.Token, out DomainId domain) && _known.Contains(domain))
        {
            _changed.Add(domain);
        }
    }

    private TimeSpan UntilDue()
    {
        TimeSpan due = _nextBeat;
        foreach (DomainId domain in _changed)
        {
            TimeSpan look = LookDue(domain);
            due = look < due ? look : due;
        }

        TimeSpan wait = due - Now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        if (_rescan)
        {
            await RescanAsync(cancel).ConfigureAwait(false);
        }

        foreach (DomainId domain in (DomainId[])[.. _changed])
        {
            if (LookDue(domain) <= Now)
            {
                _changed.Remove(domain);
                await LookAsync(domain, cancel).ConfigureAwait(false);
            }
        }

        bool beat = Now >= _nextBeat;
        if (_dirty || beat)
        {
            _dirty = false;
            await _publisher.PublishAsync(_willing, cancel).ConfigureAwait(false);
        }

        if (beat)
        {
            _nextBeat = Now + options.HeartbeatInterval;
            foreach (WillingGuest guest in _willing.Values)
            {
                await BeatAsync(guest, cancel).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan LookDue(DomainId domain) => _paidUntil.GetValueOrDefault(domain) - Burst;

    private async Task RescanAsync(CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(StorePath.Domains, cancel).ConfigureAwait(false);
        if (!names.IsOk)
        {
            LogScanFailed(log, names.Status);
            return;
        }

        _rescan = false;
        HashSet<DomainId> present = [];
        foreach (string name in names.Value)
        {
            if (DomainId.TryParse(name, out DomainId domain) && domain.Value != 0)
            {
                present.Add(domain);
            }
        }

        foreach (DomainId known in (DomainId[])[.. _known])
        {
            if (!present.Contains(known))
            {
                await ForgetAsync(known, cancel).ConfigureAwait(false);
            }
        }

        foreach (DomainId found in present)
        {
            if (!_known.Add(found))
            {
                continue;
            }

            await store.WatchAsync(StoreNames.For(found, StoreNames.Advert), found.ToString(), cancel).ConfigureAwait(false);
            await store.WatchAsync(StoreNames.VifsOf(found), found.ToString(), cancel).ConfigureAwait(false);
            await _publisher.TakeStockAsync(found, cancel).ConfigureAwait(false);
            _changed.Add(found);
        }
    }

    private async Task ForgetAsync(DomainId gone, CancellationToken cancel)
    {
        _known.Remove(gone);
        _paidUntil.Remove(gone);
        _changed.Remove(gone);
        _publisher.Forget(gone);
        _dirty |= _willing.Remove(gone);
        await store.UnwatchAsync(StoreNames.For(gone, StoreNames.Advert), gone.ToString(), cancel).ConfigureAwait(false);
        await store.UnwatchAsync(StoreNames.VifsOf(gone), gone.ToString(), cancel).ConfigureAwait(false);
        LogGone(log, gone);
    }

    private async Task LookAsync(DomainId domain, CancellationToken cancel)
    {
        TimeSpan paid = _paidUntil.GetValueOrDefault(domain);
        _paidUntil[domain] = (paid > Now ? paid : Now) + ChangeInterval;
        WillingGuest? before = _willing.GetValueOrDefault(domain);
        StoreResult<WillingGuest> found = await _reader.ReadAsync(domain, cancel).ConfigureAwait(false);
        if (!found.IsOk)
        {
            // It stays what it was until the store can say.
            LogLookFailed(log, domain, found.Status);
            _changed.Add(domain);
            return;
        }

        if (found.Value is not { } now)
        {
            if (_willing.Remove(domain))
            {
                _dirty = true;
                LogUnwilling(log, domain);
            }

            return;
        }

        _willing[domain] = now;
        _dirty = true;
        bool prepared = await _publisher.TakeStockAsync(domain, cancel).ConfigureAwait(false);
        if (!prepared)
        {
            await _publisher.PrepareAsync(domain, cancel).ConfigureAwait(false);
        }

        if (!prepared || before?.Instance != now.Instance)
        {
            // The guest waits for both: they go out at once.
            LogWilling(log, domain, now.Name);
            await _publisher.PublishAsync(_willing, cancel).ConfigureAwait(false);
            await BeatAsync(now, cancel).ConfigureAwait(false);
        }
    }

    private Task BeatAsync(WillingGuest guest, CancellationToken cancel) =>
        _publisher.BeatAsync(guest, new Heartbeat(++_sequence, guest.Instance, options.HeartbeatInterval), cancel);

    [LoggerMessage(EventId = 210, Level = LogLevel.Information, Message = "Domain {Domain} ({Name}) takes part.")]
    private static partial void LogWilling(ILogger log, DomainId domain, string name);

    [LoggerMessage(EventId = 211, Level = LogLevel.Information, Message = "Domain {Domain} does not take part any more.")]
    private static partial void LogUnwilling(ILogger log, DomainId domain);

    [LoggerMessage(EventId = 212, Level = LogLevel.Debug, Message = "Domain {Domain} has gone.")]
    private static partial void LogGone(ILogger log, DomainId domain);

    [LoggerMessage(EventId = 213, Level = LogLevel.Warning, Message = "The domains cannot be listed: the store said {Status}. Trying again with the next change.")]
    private static partial void LogScanFailed(ILogger log, StoreStatus status);

    [LoggerMessage(EventId = 215, Level = LogLevel.Warning, Message = "Domain {Domain} cannot be looked at: the store said {Status}. Trying again.")]
    private static partial void LogLookFailed(ILogger log, DomainId domain, StoreStatus status);

    [LoggerMessage(EventId = 214, Level = LogLevel.Information, Message = "The announcer stops; guests keep their channels and open no new ones.")]
    private static partial void LogStopped(ILogger log);
}
