using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Dom0's part of discovery: finds the guests that advertise themselves, and tells each which of the others it can reach
/// through shared memory. Works from watches; between changes only the heartbeat wakes it, and costs one write per willing guest.
/// </summary>
/// <remarks>
/// A guest's own word counts for that it takes part, in which life, and with which of its vifs. Names, addresses and bridges are the
/// toolstack's. The watches are Dom0's, which has no quota; the two on what guests can write are as narrow as possible.
/// </remarks>
/// <param name="store">The store, with Dom0's rights; not disposed.</param>
/// <param name="options">How the announcer behaves.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="log">The log, for people.</param>
public sealed partial class Announcer(IStore store, AnnouncerOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>Most events that are taken in before what they said is worked off.</summary>
    private const int EventsPerRound = 1024;

    /// <summary>Rounds in a row for the sake of events that are not put off.</summary>
    private const int FreeEventRounds = 100;

    /// <summary>Time for each of these rounds in the long run: a guest can make events as fast as the store takes them, and those that wait are one round's.</summary>
    private static readonly TimeSpan EventRoundInterval = TimeSpan.FromMilliseconds(10);

    private readonly Pace _eventRounds = new(FreeEventRounds, EventRoundInterval);
    private readonly GuestReader _reader = new(store, options, log);
    private readonly PeerPublisher _publisher = new(store, log);
    private readonly CoResidence _residents = new();
    private readonly LookSchedule _looks = new();
    private readonly HashSet<DomainId> _known = [];
    private readonly HashSet<DomainId> _unseen = [];
    private readonly long _started = clock.GetTimestamp();
    private Task<StoreEvent?> _next = Task.FromResult<StoreEvent?>(null);
    private ulong _sequence;
    private TimeSpan _nextBeat;
    private bool _rescan = true;
    private bool _surveyed;
    private bool _reported;

    /// <summary>Called once the store has shown that it answers: everything is watched.</summary>
    public Action Watching { get; init; } = static () => { };

    private TimeSpan Now => clock.GetElapsedTime(_started);

    /// <summary>Announces until <paramref name="stop"/>. What it wrote stays: guests notice its silence by themselves.</summary>
    /// <exception cref="StoreUnavailableException">The store was lost or refuses watches; run a new announcer on a new connection.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await WatchAsync(StoreNames.IntroduceDomain, StoreNames.IntroduceDomain, stop).ConfigureAwait(false);
            await WatchAsync(StoreNames.ReleaseDomain, StoreNames.ReleaseDomain, stop).ConfigureAwait(false);
            await WatchAsync(StoreNames.VifBackends, HostEvent.VifsToken, stop).ConfigureAwait(false);
            await WatchAsync(StoreNames.Libxl, HostEvent.VifsToken, stop).ConfigureAwait(false);
            Watching();
            _nextBeat = Now + options.HeartbeatInterval;
            _next = store.NextEventAsync(stop).AsTask();
            while (true)
            {
                await TakeEventsAsync(stop).ConfigureAwait(false);
                bool failed = false;
                if (_rescan)
                {
                    // Each new watch makes an event at once: taken in here, it is one with the first look.
                    failed = !await TryRescanAsync(stop).ConfigureAwait(false);
                    await TakeEventsAsync(stop).ConfigureAwait(false);
                }

                await WorkAsync(stop).ConfigureAwait(false);

                // A domain may have come after the list was read: no other event would tell of it.
                if (!_rescan || failed)
                {
                    await WaitAsync(stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log);
        }
    }

    /// <summary>Waits for the next event or until something is due; for an event at its pace.</summary>
    private async Task WaitAsync(CancellationToken stop)
    {
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            await Task.WhenAny(_next, Task.Delay(UntilDue(), clock, enough.Token)).ConfigureAwait(false);

            // Or each event would leave a timer behind that lives for seconds.
            await enough.CancelAsync().ConfigureAwait(false);
        }

        if (_next.IsCompleted)
        {
            TimeSpan pause = _eventRounds.NotBefore - Now;
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, clock, stop).ConfigureAwait(false);
            }

            _eventRounds.Take(Now);
        }
    }

    private async Task WatchAsync(string path, string token, CancellationToken cancel)
    {
        StoreStatus status = await store.WatchAsync(path, token, cancel).ConfigureAwait(false);
        if (status is not (StoreStatus.Ok or StoreStatus.Exists))
        {
            throw new StoreUnavailableException($"The store does not let us watch {path} ({status}): without it guests would be missed. The announcer needs Dom0's rights.");
        }
    }

    /// <summary>Takes in all events that wait: a guest that starts or moves makes several, and they are one change.</summary>
    private async Task TakeEventsAsync(CancellationToken cancel)
    {
        for (int i = 0; i < EventsPerRound && _next.IsCompleted; i++)
        {
            Note(await _next.ConfigureAwait(false) ?? throw new StoreUnavailableException($"The store was lost: {await store.Lost.ConfigureAwait(false)}."));
            _next = store.NextEventAsync(cancel).AsTask();
        }
    }

    private void Note(StoreEvent item)
    {
        HostEvent change = HostEvent.Of(item);
        switch (change.Kind)
        {
            case HostEventKind.Anything:
                // At the pace of guests' own changes: one of them may be at the bottom of it.
                _rescan = true;
                foreach (DomainId domain in _known)
                {
                    _looks.Add(domain);
                }

                break;
            case HostEventKind.Domains:
                _rescan = true;
                break;
            case HostEventKind.Toolstack when _known.Contains(change.Domain):
                _looks.AddUrgent(change.Domain);
                break;
            case HostEventKind.Advert when _known.Contains(change.Domain):
                _looks.Add(change.Domain);
                break;
            default:
                break;
        }
    }

    private TimeSpan UntilDue()
    {
        TimeSpan due = _looks.Due() is { } look && look < _nextBeat ? look : _nextBeat;
        TimeSpan wait = due - Now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        foreach (DomainId domain in _looks.TakeDue(Now))
        {
            await LookAsync(domain, cancel).ConfigureAwait(false);
        }

        if (!_surveyed && !_rescan && _unseen.Count == 0)
        {
            _surveyed = true;
            _publisher.DropUnconfirmed();
        }

        // Of a directory's removal there need be no event: it was released before.
        _rescan |= await _publisher.FlushAsync(cancel).ConfigureAwait(false);
        if (Now >= _nextBeat)
        {
            _nextBeat = Now + options.HeartbeatInterval;
            foreach (WillingGuest guest in _residents.Guests)
            {
                await BeatAsync(guest, cancel).ConfigureAwait(false);
            }
        }

        // Last: guests wait for nothing of it.
        if (_surveyed && !_reported)
        {
            _reported = await new PolicyReport(store, options, log).TryWriteAsync(_known, cancel).ConfigureAwait(false);
        }
    }

    /// <returns>False: the store could not say; to be tried again with the next change.</returns>
    private async Task<bool> TryRescanAsync(CancellationToken cancel)
    {
        StoreResult<ImmutableArray<string>> names = await store.ListAsync(StorePath.Domains, cancel).ConfigureAwait(false);
        if (!names.IsOk)
        {
            LogScanFailed(log, names.Status);
            return false;
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
            if (_known.Add(found))
            {
                await WatchAsync(StoreNames.For(found, StoreNames.Advert), HostEvent.AdvertToken(found), cancel).ConfigureAwait(false);
                await WatchAsync(StoreNames.For(found, StoreNames.Name), HostEvent.NameToken(found), cancel).ConfigureAwait(false);
                _unseen.Add(found);
                _looks.AddUrgent(found);
            }
        }

        return true;
    }

    private async Task ForgetAsync(DomainId gone, CancellationToken cancel)
    {
        Replace(gone, null);
        _known.Remove(gone);
        _unseen.Remove(gone);
        _looks.Forget(gone);
        _reader.Forget(gone);
        _publisher.Forget(gone);
        await store.UnwatchAsync(StoreNames.For(gone, StoreNames.Advert), HostEvent.AdvertToken(gone), cancel).ConfigureAwait(false);
        await store.UnwatchAsync(StoreNames.For(gone, StoreNames.Name), HostEvent.NameToken(gone), cancel).ConfigureAwait(false);
        LogGone(log, gone);
    }

    private async Task LookAsync(DomainId domain, CancellationToken cancel)
    {
        StoreResult<WillingGuest> found = await _reader.ReadAsync(domain, cancel).ConfigureAwait(false);
        if (!found.IsOk)
        {
            TryLater(domain, found.Status);
            return;
        }

        WillingGuest? before = _residents.Find(domain);
        if (found.Value is not { } now)
        {
            // At first sight too: what an earlier life of ours told it would stay.
            if (_unseen.Remove(domain) || before is not null)
            {
                _publisher.Withdraw(domain);
            }

            if (before is not null)
            {
                Replace(domain, null);
                LogUnwilling(log, domain);
            }

            return;
        }

        bool isNewLife = before?.Instance != now.Instance;
        if (isNewLife || !_publisher.IsReady(domain))
        {
            StoreStatus prepared = await _publisher.PrepareAsync(now, cancel).ConfigureAwait(false);
            if (prepared != StoreStatus.Ok)
            {
                Replace(domain, null);
                TryLater(domain, prepared);
                return;
            }
        }

        _unseen.Remove(domain);
        Replace(domain, now);
        if (isNewLife)
        {
            // The guest waits for both: they go out before the others are told.
            if (before is null)
            {
                LogWilling(log, domain, now.Name);
            }
            else
            {
                LogNewLife(log, domain, now.Name);
            }

            await _publisher.FlushAsync(domain, cancel).ConfigureAwait(false);
            await BeatAsync(now, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Has a guest read again later; it stays what it was until the store can say.</summary>
    private void TryLater(DomainId domain, StoreStatus why)
    {
        LogLookFailed(log, domain, why);
        _looks.Add(domain);
    }

    /// <summary>Brings a guest's place among the others up to date: what it is told of them and of itself, and they of it.</summary>
    private void Replace(DomainId domain, WillingGuest? now)
    {
        _publisher.Tell(domain, domain, now?.DescribeToItself());
        foreach (WillingGuest other in _residents.Replace(domain, now))
        {
            _publisher.Tell(other.Id, domain, now?.DescribeTo(other));
            _publisher.Tell(domain, other.Id, now is null ? null : other.DescribeTo(now));
        }
    }

    private Task BeatAsync(WillingGuest guest, CancellationToken cancel) =>
        _publisher.BeatAsync(guest, new Heartbeat(++_sequence, guest.Instance, options.HeartbeatInterval), cancel);

    [LoggerMessage(EventId = 210, Level = LogLevel.Information, Message = "Domain {Domain} ({Name}) takes part.")]
    private static partial void LogWilling(ILogger log, DomainId domain, string name);

    [LoggerMessage(EventId = 216, Level = LogLevel.Debug, Message = "Domain {Domain} ({Name}) takes part in a new life.")]
    private static partial void LogNewLife(ILogger log, DomainId domain, string name);

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
