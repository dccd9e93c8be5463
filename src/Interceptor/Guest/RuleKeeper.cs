using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Keeps the firewall as the newest plan wants it. Apart from the planning, because the programs that change a firewall take
/// their time, and what the data path needs to know must not wait for them.
/// </summary>
internal sealed class RuleKeeper : IDisposable
{
    /// <summary>Time between two checks of the rules, in case another program has flushed them, and between two tries of a change that goes on failing.</summary>
    public static readonly TimeSpan VerifyPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Changes of the rules that may follow each other without a pause: many peers that come at once. What is captured follows what neighbours say of themselves,
    /// and one that says something else all the time must not keep the guest busy with that: some tens of milliseconds of processor time each.
    /// </summary>
    public const int FreeChanges = 20;

    /// <summary>Time for each change of the rules in the long run.</summary>
    public static readonly TimeSpan ChangeInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How soon a change that failed is tried again; each further time after twice as long.</summary>
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>Time that all programs together may take once the agent stops; less than the process is given (<c>StopSignals</c>).</summary>
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _signal = new(0);
    private readonly Lock _wantedLock = new();
    private readonly IFirewallRules _rules;
    private readonly Action<ImmutableArray<CapturedPrefix>> _inForce;
    private readonly TimeSpan _period;
    private readonly ILogger _log;
    private readonly RepairPace _pace = new();
    private readonly Pace _changes = new(FreeChanges, ChangeInterval);
    private ImmutableArray<CapturedPrefix> _wanted = [];
    private string _wantedInterface = "";
    private ImmutableArray<CapturedPrefix> _applied = [];
    private string _appliedInterface = "";
    private volatile string? _lastProblem;
    private TimeSpan _retry;
    private int _hurried;
    private bool _suspicious;

    /// <summary>True if a change waits for <see cref="_changes"/>. Nothing is lost by that: the data path passes on what is not a peer's, or no longer.</summary>
    private bool _postponed;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="rules">The firewall's rules; used by one call at a time.</param>
    /// <param name="inForce">Told after each look what the firewall captures.</param>
    /// <param name="period">Usually <see cref="VerifyPeriod"/>.</param>
    /// <param name="log">The log, for people.</param>
    public RuleKeeper(IFirewallRules rules, Action<ImmutableArray<CapturedPrefix>> inForce, TimeSpan period, ILogger log)
    {
        _rules = rules;
        _inForce = inForce;
        _period = period;
        _retry = period;
        _log = log;
    }

    /// <summary>The rules in force. Any thread.</summary>
    public RulesReport Report => _rules.Report with { Problem = _lastProblem };

    /// <summary>True if the firewall hands packets for this peer to us, as far as is known since the last look. Any thread.</summary>
    public bool Captures(DomainId peer) => !_rules.Report.IsRefused && CapturedPrefix.Names(_applied, peer);

    /// <summary>Has the rules say this, soon, of packets that leave by an interface. Any thread.</summary>
    public void Want(string networkInterface, ImmutableArray<CapturedPrefix> captured)
    {
        lock (_wantedLock)
        {
            _wanted = captured;
            _wantedInterface = networkInterface;
        }

        _signal.Release();
    }

    /// <summary>Has the rules checked at once: somebody has changed the firewall. Any thread.</summary>
    public void VerifyNow()
    {
        Volatile.Write(ref _suspicious, true);
        _signal.Release();
    }

    /// <summary>Works until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenRegistration hurry = stop.Register(Hurry);
        long verified = Environment.TickCount64;
        while (true)
        {
            long now = Environment.TickCount64;
            double look = Math.Max(_pace.NotBefore, Volatile.Read(ref _suspicious) ? now : verified + _period.TotalMilliseconds);
            bool failed = _lastProblem is not null;
            double left = failed ? Math.Min(_retry.TotalMilliseconds, look - now) : look - now;
            left = _postponed ? Math.Min(_changes.NotBefore.TotalMilliseconds - now, left) : left;
            await _signal.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(0, left)), stop).ConfigureAwait(false);
            now = Environment.TickCount64;
            bool due = Volatile.Read(ref _suspicious) || failed || now - verified >= _period.TotalMilliseconds;
            bool verify = due && now >= _pace.NotBefore;
            if (verify)
            {
                Volatile.Write(ref _suspicious, false);
            }

            Work(verify);
            if (verify)
            {
                verified = Environment.TickCount64;
            }
        }
    }

    /// <summary>Removes the rules; a failure is logged. To be called when <see cref="RunAsync"/> has ended.</summary>
    public void Remove()
    {
        Hurry();
        TryRun(_rules.Remove);
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();

    /// <summary>Limits the time of all changes from now on, once, so that a change that is under way when the agent stops and the removal share the time.</summary>
    private void Hurry()
    {
        if (Interlocked.Exchange(ref _hurried, 1) == 0)
        {
            _rules.EndWithin(RemovalLimit);
        }
    }

    private void Work(bool verify)
    {
        ImmutableArray<CapturedPrefix> wanted;
        string networkInterface;
        lock (_wantedLock)
        {
            wanted = _wanted;
            networkInterface = _wantedInterface;
        }

        bool isInForce = wanted.AsSpan().SequenceEqual(_applied.AsSpan()) && (wanted.IsEmpty || networkInterface == _appliedInterface);
        _postponed = !isInForce && !_changes.TryTake(TimeSpan.FromMilliseconds(Environment.TickCount64));
        if (!isInForce && !_postponed)
        {
            TryRun(() => Apply(networkInterface, wanted));
        }
        else if (isInForce && verify)
        {
            TryRun(Verify);
        }

        _inForce(_applied);
    }

    private void Apply(string networkInterface, ImmutableArray<CapturedPrefix> captured)
    {
        string before = _rules.Report.Form;
        _rules.Apply(networkInterface, captured);
        _applied = captured;
        _appliedInterface = networkInterface;
        if (_rules.Report.Form != before)
        {
            GuestLog.RulesChosen(_log, _rules.Report.Backend, _rules.Report.Form, _rules.Report.Reason);
        }
    }

    private void Verify()
    {
        if (!_rules.Verify())
        {
            return;
        }

        GuestLog.RulesRestored(_log);
        int pause = _pace.TakeRepair(Environment.TickCount64);
        if (pause > 0)
        {
            GuestLog.RulesContested(_log, pause / 1000);
        }
    }

    /// <summary>Changes the rules, and logs a failure: a firewall that cannot be changed now is not a reason to end: what is not captured takes the standard path.</summary>
    private void TryRun(Action work)
    {
        try
        {
            work();
            _lastProblem = null;
            _retry = _period;
        }
        catch (RuleException error)
        {
            _retry = _lastProblem is null ? ShortestRetry : TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, _period.Ticks));
            if (error.Message != _lastProblem)
            {
                GuestLog.RulesFailed(_log, error.Message);
                _lastProblem = error.Message;
            }
        }
    }
}
