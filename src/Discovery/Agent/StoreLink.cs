using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Keeps the agent connected to the store: connects in the background, with pauses that grow, and notices a loss.</summary>
internal sealed partial class StoreLink(IStoreConnector connector, GuestIdentity identity, AgentContext context)
{
    private Task<StoreSession>? _connecting;
    private TimeSpan _nextTry;
    private TimeSpan _pause;
    private DomainId? _previous;
    private string? _lastFailure;
    private StoreSession? _session;
    private Task<StoreEvent?>? _nextEvent;

    /// <summary>When the next try to connect is due; null: connected, or trying.</summary>
    public TimeSpan? Due => _session is null && _connecting is null ? _nextTry : null;

    /// <summary>True if an event waits to be taken.</summary>
    public bool HasEvent => _nextEvent is { IsCompletedSuccessfully: true };

    /// <summary>Begins a connection if one is due.</summary>
    /// <returns>The session, once, when one has just been made; otherwise null.</returns>
    public async Task<StoreSession?> ConnectIfDueAsync(CancellationToken cancel)
    {
        if (_session is not null)
        {
            return null;
        }

        if (_connecting is null && context.Now >= _nextTry)
        {
            _connecting = connector.OpenAsync(identity, _previous, cancel);
            context.Wake.SetWhenDone(_connecting);
        }

        if (_connecting is not { IsCompleted: true })
        {
            return null;
        }

        Task<StoreSession> done = _connecting;
        _connecting = null;
        try
        {
            _session = await done.ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            if (failure.Message != _lastFailure)
            {
                // Once: a guest may wait for its host for days.
                _lastFailure = failure.Message;
                LogUnavailable(context.Log, failure.Message);
            }

            Postpone();
            return null;
        }

        _lastFailure = null;
        _previous = _session.Self;
        _pause = TimeSpan.Zero;
        context.Wake.SetWhenDone(_session.Store.Lost);
        context.Wake.SetWhenDone(_session.Life.Over);
        Listen();
        return _session;
    }

    /// <summary>True, once, when the connection was lost, or the domain restored and the session with it over.</summary>
    public async Task<bool> TakeLossAsync()
    {
        if (_session is { Life.Over.IsCompleted: true })
        {
            // No pause: the store is well, and every moment until the new advert is one on the standard path.
            _nextTry = context.Now;
        }
        else if (_session is { Store.Lost.IsCompleted: true })
        {
            LogLost(context.Log, await _session.Store.Lost.ConfigureAwait(false));
            Postpone();
        }
        else
        {
            return false;
        }

        await CloseAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes the next event of the store that has come; false: none waits.</summary>
    public bool TryTakeEvent([NotNullWhen(true)] out StoreEvent? item)
    {
        item = null;
        if (_nextEvent is { IsCompletedSuccessfully: true } done)
        {
            item = done.Result;
            _nextEvent = null;
            if (item is not null)
            {
                Listen();
            }
        }

        return item is not null;
    }

    /// <summary>Ends the connection, if there is one.</summary>
    public async Task CloseAsync()
    {
        if (_session is not null)
        {
            await _session.Store.DisposeAsync().ConfigureAwait(false);
            _session = null;
            _nextEvent = null;
        }
    }

    private void Listen()
    {
        _nextEvent = _session!.Store.NextEventAsync(CancellationToken.None).AsTask();
        context.Wake.SetWhenDone(_nextEvent);
    }

    private void Postpone()
    {
        _pause = _pause == TimeSpan.Zero ? context.Options.ReconnectMinimum : 2 * _pause;
        _pause = _pause < context.Options.ReconnectMaximum ? _pause : context.Options.ReconnectMaximum;
        _nextTry = context.Now + _pause;
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message = "{Why} Trying again.")]
    private static partial void LogUnavailable(ILogger log, string why);

    [LoggerMessage(EventId = 311, Level = LogLevel.Warning, Message = "The store was lost ({Why}); channels stay, new ones wait until it is back.")]
    private static partial void LogLost(ILogger log, string why);
}
