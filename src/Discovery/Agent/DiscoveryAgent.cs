using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// A guest's side of discovery: advertises the guest, keeps the table of co-resident peers, and opens and closes channels.
/// One loop owns all state and is the only caller of <see cref="IChannelUser"/>; it sleeps until an event, a request or a
/// timer that is really due wakes it.
/// </summary>
public sealed partial class DiscoveryAgent : IAsyncDisposable
{
    /// <summary>Most events that are taken in before what they said is worked off.</summary>
    private const int EventsPerTurn = 1024;

    /// <summary>Turns in a row for the sake of events that are not put off.</summary>
    private const int FreeEventTurns = 50;

    /// <summary>Time for each of these turns in the long run: a peer can make events as fast as the store takes them, and those that wait are one turn's.</summary>
    private static readonly TimeSpan EventTurnInterval = TimeSpan.FromMilliseconds(10);

    private readonly Pace _eventTurns = new(FreeEventTurns, EventTurnInterval);
    private readonly WakeSignal _wake = new();
    private readonly AgentMailbox _mailbox;
    private readonly AgentContext _context;
    private readonly AgentLoop _loop;
    private readonly StoreLink _link;
    private readonly ITimer _timer;
    private readonly Func<DomainId, IChannelPlatform> _platform;
    private readonly TaskCompletionSource<DomainId> _introduced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AnnouncerStatus _announcer = new(StoreConnected: false, Alive: false, LastHeartbeat: null);
    private PeerStatus[] _status = [];
    private DomainLife? _life;
    private long _shortOfPagesUntil;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="connector">Opens the store, and reopens it.</param>
    /// <param name="platform">Makes the platform once our domain number is known, and again if it changes; the agent disposes it.</param>
    /// <param name="identity">This guest, as the local store is told of it.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="user">The forwarder.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="log">The log, for people.</param>
    public DiscoveryAgent(
        IStoreConnector connector,
        Func<DomainId, IChannelPlatform> platform,
        GuestIdentity identity,
        AgentOptions options,
        IChannelUser user,
        TimeProvider clock,
        ILogger log)
    {
        _platform = platform;
        _context = new AgentContext(identity.Interfaces[0].Mac, options, user, clock, log, _wake);
        _mailbox = new AgentMailbox(_wake);
        _loop = new AgentLoop(_context, _mailbox);
        _link = new StoreLink(connector, identity, _context);
        _timer = clock.CreateTimer(static wake => ((WakeSignal)wake!).Set(), _wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Our domain number.</summary>
    /// <exception cref="InvalidOperationException">Not known yet: wait for <see cref="Introduced"/>.</exception>
    public DomainId Self => _introduced.Task.IsCompletedSuccessfully
        ? _context.Self
        : throw new InvalidOperationException("The store has not told our domain number yet.");

    /// <summary>Completes with our domain number when the store has first told it.</summary>
    public Task<DomainId> Introduced => _introduced.Task;

    /// <summary>What is known of the announcer, as of the loop's last turn. Any thread.</summary>
    public AnnouncerStatus Announcer => Volatile.Read(ref _announcer);

    /// <summary>True if a channel was lately refused for want of pages: those that carry nothing should be closed soon. Any thread.</summary>
    public bool ShortOfPages => _context.Now < TimeSpan.FromTicks(Volatile.Read(ref _shortOfPagesUntil));

    /// <summary>Works until <paramref name="stop"/>; then closes all channels in an orderly way, withdraws the advert, and returns within <see cref="AgentOptions.ShutdownTimeout"/> and a little.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await TurnAsync(stop).ConfigureAwait(false);
                await WaitAsync(NextDue(), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whatever was cut short is redone or undone below.
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Asks for a channel: a packet for this peer found none. Any thread; may be called for every such packet: it costs one memory read
    /// unless this is the first since an attempt became possible.
    /// </summary>
    public void RequestChannel(DomainId peer) => _mailbox.Request(peer);

    /// <summary>Asks to close a channel that has been idle for long enough. Any thread.</summary>
    public void RequestClose(DomainId peer) => _mailbox.Report(new AgentReport(peer, AgentReportKind.Idle));

    /// <summary>Reports a channel that carries so much that it may take a larger share of scarce pages. Any thread.</summary>
    public void ReportBusy(DomainId peer) => _mailbox.Report(new AgentReport(peer, AgentReportKind.Busy));

    /// <summary>Reports that the data path gave the channel up. Any thread; once per channel is enough.</summary>
    public void ReportFailure(DomainId peer, ChannelFailure failure) => _mailbox.Report(new AgentReport(peer, AgentReportKind.Failed, failure));

    /// <summary>The state of all peers, by domain number, as of the loop's last turn. Any thread.</summary>
    public ImmutableArray<PeerStatus> Status() => [.. Volatile.Read(ref _status)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _link.CloseAsync().ConfigureAwait(false);
        await _context.GivenBack.ConfigureAwait(false);
        _context.Platform?.Dispose();
    }

    private async Task TurnAsync(CancellationToken cancel)
    {
        // Asked first: a life that ends in between has ended its session too, and is left when the next one begins.
        bool restored = _life is { Over.IsCompleted: true };
        if (await _link.TakeLossAsync().ConfigureAwait(false))
        {
            _loop.StoreLost();
        }

        if (restored)
        {
            await LeaveLifeAsync().ConfigureAwait(false);
        }

        if (await _link.ConnectIfDueAsync(cancel).ConfigureAwait(false) is { } session)
        {
            await EnterAsync(session).ConfigureAwait(false);
        }

        if (_link.HasEvent && _eventTurns.TryTake(_context.Now))
        {
            for (int i = 0; i < EventsPerTurn && _link.TryTakeEvent(out StoreEvent? item); i++)
            {
                _loop.Note(item.Value);
            }
        }

        await _loop.TurnAsync(cancel).ConfigureAwait(false);
        Publish();
    }

    private async Task EnterAsync(StoreSession session)
    {
        if (session.Life != _life && _life is not null)
        {
            await LeaveLifeAsync().ConfigureAwait(false);
        }

        _life = session.Life;
        if (_context.Platform is null || session.Self != _context.Self)
        {
            GiveBack(await _loop.ForgetEverybodyAsync().ConfigureAwait(false), _context.Platform);
            _context.Self = session.Self;
            _context.Platform = _platform(session.Self);
            LogIntroduced(_context.Log, session.Self);
        }

        _loop.StoreConnected(session.Store);
        _introduced.TrySetResult(session.Self);
    }

    /// <summary>Leaves the life that a restore has ended: every grant and event channel belonged to the domain that it was, whatever our number is now.</summary>
    private async Task LeaveLifeAsync()
    {
        LogRestored(_context.Log);
        _life = null;
        _context.Platform?.DomainRestored();
        List<Channel> channels = await _loop.ForgetEverybodyAsync().ConfigureAwait(false);
        IChannelPlatform? platform = _context.Platform;
        _context.Platform = null;
        _loop.BeginNewLife();
        _context.Aside(() => GiveBack(channels, platform));
    }

    private static void GiveBack(List<Channel> channels, IChannelPlatform? platform)
    {
        channels.ForEach(channel => channel.Dispose());
        platform?.Dispose();
    }

    private TimeSpan? NextDue() => Moment.Earlier(Moment.Earlier(_loop.Due(), _link.Due), _link.HasEvent ? _eventTurns.NotBefore : null);

    private async Task WaitAsync(TimeSpan? due, CancellationToken cancel)
    {
        // Rounded up: a timer that fires a little early would find nothing due.
        TimeSpan wait = due is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due.Value - _context.Now).TotalMilliseconds)));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(cancel).ConfigureAwait(false);
    }

    private void Publish()
    {
        Announcements announcements = _loop.Announcements;
        DateTimeOffset? beat = announcements.LastHeartbeat is { } last ? _context.ToWallClock(last) : null;
        Volatile.Write(ref _announcer, new AnnouncerStatus(_context.Store is not null, announcements.Alive, beat));
        Volatile.Write(ref _status, _loop.Describe());
        Volatile.Write(ref _shortOfPagesUntil, _context.ShortOfPagesUntil.Ticks);
    }

    private async Task CloseAsync()
    {
        using CancellationTokenSource limit = new(_context.Options.ShutdownTimeout);
        try
        {
            _loop.CloseAll();
            await _loop.TurnAsync(limit.Token).ConfigureAwait(false);
            while (_loop.HasChannels)
            {
                await WaitAsync(_loop.Due(), limit.Token).ConfigureAwait(false);
                await _loop.TurnAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            LogForced(_context.Log);
        }

        GiveBack(await _loop.ForgetEverybodyAsync().ConfigureAwait(false), platform: null);
        await LeaveStoreAsync().ConfigureAwait(false);
        await _link.CloseAsync().ConfigureAwait(false);
        Publish();
    }

    private async Task LeaveStoreAsync()
    {
        using CancellationTokenSource limit = new(_context.Options.LeaveTimeout);
        try
        {
            await _loop.LeaveStoreAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogNotLeft(_context.Log);
        }
    }

    [LoggerMessage(EventId = 330, Level = LogLevel.Information, Message = "This guest is domain {Self}.")]
    private static partial void LogIntroduced(ILogger log, DomainId self);

    [LoggerMessage(EventId = 333, Level = LogLevel.Warning, Message = "The store did not answer in time: our advert stays there until the next agent or the end of this domain; nobody connects to us.")]
    private static partial void LogNotLeft(ILogger log);

    [LoggerMessage(EventId = 332, Level = LogLevel.Information, Message = "This domain was restored (or migrated): all channels are let go and made anew.")]
    private static partial void LogRestored(ILogger log);

    [LoggerMessage(EventId = 331, Level = LogLevel.Warning, Message = "Not every channel could be closed in time; the rest are dropped.")]
    private static partial void LogForced(ILogger log);
}
