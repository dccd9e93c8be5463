using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Guest;

public sealed class RuleKeeperTests : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly ImmutableArray<CapturedPrefix> Some = [new CapturedPrefix(InternetPrefix.Single(InternetAddress.FromIPv4(0x0A000002)), new DomainId(2), 7002)];

    private readonly CancellationTokenSource _stop = new();
    private readonly ScriptedRules _rules = new();
    private readonly System.Threading.Channels.Channel<ImmutableArray<CapturedPrefix>> _inForce = System.Threading.Channels.Channel.CreateUnbounded<ImmutableArray<CapturedPrefix>>();
    private RuleKeeper? _keeper;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _keeper?.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task What_is_wanted_is_applied_once()
    {
        Assert.False(Start(Never).Captures(new DomainId(2)));
        _keeper!.Want("eth0", Some);
        Assert.Equal(Some, await NextAsync());
        Assert.True(_keeper.Captures(new DomainId(2)));
        Assert.False(_keeper.Captures(new DomainId(3)));
        _keeper.Want("eth0", Some);
        Assert.Equal(Some, await NextAsync());
        Assert.Equal(1, _rules.Applied);
    }

    [Fact]
    public async Task A_change_that_failed_is_tried_again_without_a_new_wish()
    {
        _rules.Failures = 3;
        Start(Soon).Want("eth0", Some);
        while (!(await NextAsync()).SequenceEqual(Some))
        {
            // Each failed look tells that nothing is in force.
        }

        Assert.Equal(4, _rules.Applied);
    }

    [Fact]
    public async Task Why_a_change_failed_is_reported_until_it_succeeds()
    {
        _rules.Failures = 2;
        var problems = System.Threading.Channels.Channel.CreateUnbounded<string?>();
        _keeper = new RuleKeeper(_rules, _ => problems.Writer.TryWrite(_keeper!.Report.Problem), Soon, NullLogger.Instance);
        Assert.Null(_keeper.Report.Problem);
        _keeper.Want("eth0", Some);
        _running = _keeper.RunAsync(_stop.Token);
        foreach (string? expected in (string?[])["refused", "refused", null])
        {
            Assert.Equal(expected, await problems.Reader.ReadAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_change_that_goes_on_failing_does_not_wait_for_a_pause_either()
    {
        RuleKeeper keeper = Start(Soon);
        keeper.Want("eth0", Some);
        await NextAsync();
        _rules.Contested = true;
        while (_rules.Verified <= RepairPace.FreeRepairs)
        {
            await NextAsync();
        }

        long paused = Environment.TickCount64;
        _rules.Failures = 10;
        keeper.Want("lan0", Some);
        int before = _rules.Applied;
        while (_rules.Applied < before + 10)
        {
            await NextAsync();
        }

        // Pauses that come after each other would be 2, 4, 8, 15, 15 s and so on.
        Assert.InRange(Environment.TickCount64 - paused, 0, 20_000);
    }

    [Fact]
    public async Task A_change_that_failed_does_not_wait_for_the_next_look()
    {
        _rules.Failures = 2;
        Start(Never).Want("eth0", Some);
        Assert.Empty(await NextAsync());
        Assert.Empty(await NextAsync());
        Assert.Equal(Some, await NextAsync());
    }

    [Fact]
    public async Task Wishes_that_pile_up_behind_a_slow_program_are_answered_by_the_newest()
    {
        _rules.Slow.Reset();
        RuleKeeper keeper = Start(Never);
        keeper.Want("eth0", Some);
        Assert.True(await Task.Run(() => _rules.Entered.Wait(TimeSpan.FromSeconds(30), Cancel), Cancel));
        for (int i = 0; i < 10; i++)
        {
            keeper.Want("eth0", i % 2 == 0 ? [] : Some);
        }

        keeper.Want("eth0", []);
        _rules.Slow.Set();
        Assert.Equal(Some, await NextAsync());
        Assert.Empty(await NextAsync());
        Assert.Equal(2, _rules.Applied);
    }

    [Fact]
    public async Task A_suspicion_is_looked_into_at_once()
    {
        RuleKeeper keeper = Start(Never);
        keeper.Want("eth0", Some);
        await NextAsync();
        keeper.VerifyNow();
        await NextAsync();
        Assert.Equal(1, _rules.Verified);
    }

    [Fact]
    public async Task Rules_that_are_taken_away_again_and_again_are_put_back_more_and_more_rarely()
    {
        const int Changes = 50;
        _rules.Contested = true;
        RuleKeeper keeper = Start(Never);
        keeper.Want("eth0", Some);
        await NextAsync();
        for (int change = 0; change < Changes; change++)
        {
            keeper.VerifyNow();
            await NextAsync();
        }

        Assert.InRange(_rules.Verified, RepairPace.FreeRepairs + 1, Changes / 2);

        // What is wanted is another matter.
        keeper.Want("eth0", []);
        while (!(await NextAsync()).IsEmpty)
        {
            // A look that had become due in between.
        }
    }

    /// <summary>As of a neighbour that says in ARP that it has another address every few milliseconds.</summary>
    [Fact]
    public async Task Wishes_that_never_rest_are_granted_at_a_bounded_rate_and_the_last_one_at_the_end()
    {
        const int Milliseconds = 2000;
        RuleKeeper keeper = Start(Never);
        long start = Environment.TickCount64;
        for (bool some = true; Environment.TickCount64 - start < Milliseconds; some = !some)
        {
            keeper.Want("eth0", some ? Some : []);
            await Task.Delay(2, Cancel);
        }

        keeper.Want("lan0", Some);
        while (_rules.LastInterface != "lan0")
        {
            await NextAsync();
        }

        long passed = Environment.TickCount64 - start;
        Assert.InRange(_rules.Applied, RuleKeeper.FreeChanges, RuleKeeper.FreeChanges + (passed / (long)RuleKeeper.ChangeInterval.TotalMilliseconds) + 1);
    }

    [Fact]
    public async Task Another_name_of_the_interface_is_applied()
    {
        RuleKeeper keeper = Start(Never);
        keeper.Want("eth0", Some);
        await NextAsync();
        keeper.Want("lan0", Some);
        await NextAsync();
        Assert.Equal(2, _rules.Applied);
    }

    [Fact]
    public async Task The_stop_bounds_what_is_under_way_and_the_removal_together()
    {
        RuleKeeper keeper = Start(Never);
        keeper.Want("eth0", Some);
        await NextAsync();
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        keeper.Remove();
        Assert.Equal((1, 1), (_rules.Hurried, _rules.Removed));
    }

    private RuleKeeper Start(TimeSpan period)
    {
        _keeper = new RuleKeeper(_rules, inForce => _inForce.Writer.TryWrite(inForce), period, NullLogger.Instance);
        _running = Task.Run(() => _keeper.RunAsync(_stop.Token), Cancel);
        return _keeper;
    }

    private async Task<ImmutableArray<CapturedPrefix>> NextAsync() => await _inForce.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
}
