using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>What an agent makes of the announcer's nodes: silence is one thing, that they were taken away another.</summary>
public sealed class AnnouncementsTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ManualClock _clock = new();
    private readonly MemoryStore _store = new();
    private readonly AgentContext _context;
    private readonly Announcements _announcements;
    private ulong _beats;
    private bool _isConnected = true;

    public AnnouncementsTests()
    {
        _context = new AgentContext(new MacAddress(1), new AgentOptions(), new RecordingUser(), _clock, NullLogger.Instance, new WakeSignal()) { Self = new DomainId(1) };
        _announcements = new Announcements(_context);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_silent_announcer_has_not_taken_its_word_back()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromHours(1));
        Assert.False(_announcements.Alive);
        Assert.False(_announcements.Withdrawn);
        Assert.Null(_announcements.Due);
    }

    [Fact]
    public async Task What_was_taken_away_while_the_announcer_was_silent_is_taken_back()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        await RemoveAsync();
        Assert.False(_announcements.Withdrawn);
        TimeSpan due = Assert.NotNull(_announcements.Due);
        await PassAsync(due - _context.Now - TimeSpan.FromMilliseconds(1));
        Assert.False(_announcements.Withdrawn);
        await PassAsync(TimeSpan.FromMilliseconds(1));
        Assert.True(_announcements.Withdrawn);
        Assert.Null(_announcements.Due);
        Assert.Null(_announcements.LastHeartbeat);

        await BeatAsync();
        Assert.False(_announcements.Withdrawn);
        Assert.True(_announcements.Alive);
    }

    /// <summary>With beats that are far apart the announcer is not taken for silent for long.</summary>
    [Fact]
    public async Task Who_is_excluded_does_not_count_the_announcer_as_alive()
    {
        await BeatAsync();
        await RemoveAsync();
        Assert.True(_announcements.Alive);
        await PassAsync(TimeSpan.FromSeconds(10));
        Assert.True(_announcements.Withdrawn);
        Assert.False(_announcements.Alive);
    }

    /// <summary>The event of the new node may be late, and so may the answer be: time alone excludes nobody.</summary>
    [Fact]
    public async Task A_node_that_is_back_unnoticed_is_read_before_anybody_is_excluded()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        await RemoveAsync();
        await WriteBeatAsync();
        _store.RefuseRead = static _ => StoreStatus.TimedOut;
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.True(_announcements.HeartbeatDirty);
        Assert.Null(_announcements.Due);
        Assert.False(_announcements.Withdrawn);
        _store.RefuseRead = static _ => StoreStatus.Ok;
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(_announcements.Withdrawn);
        Assert.True(_announcements.Alive);
    }

    /// <summary>A new announcer removes and writes again what an agent's earlier life was told.</summary>
    [Fact]
    public async Task What_is_back_at_once_was_not_taken_away()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        await RemoveAsync();
        await PassAsync(TimeSpan.FromSeconds(5));
        await BeatAsync();
        await PassAsync(TimeSpan.FromSeconds(8));
        Assert.False(_announcements.Withdrawn);

        // The first absence does not count for the second.
        await RemoveAsync();
        await PassAsync(TimeSpan.FromSeconds(8));
        Assert.False(_announcements.Withdrawn);
    }

    [Fact]
    public async Task A_store_that_is_away_or_has_just_come_back_takes_nothing_back()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        await RemoveAsync();
        _isConnected = false;
        _announcements.StoreLost();
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.False(_announcements.Withdrawn);

        _isConnected = true;
        _announcements.StoreConnected();
        Assert.True(await _announcements.ReadAsync(_store, Cancel));
        await PassAsync(TimeSpan.FromSeconds(9));
        Assert.False(_announcements.Withdrawn);
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.True(_announcements.Withdrawn);
    }

    [Fact]
    public async Task A_store_that_cannot_say_takes_nothing_back()
    {
        await BeatAsync();
        await PassAsync(TimeSpan.FromMinutes(1));
        _store.RefuseRead = static _ => StoreStatus.TimedOut;
        _announcements.HeartbeatDirty = true;
        Assert.False(await _announcements.ReadAsync(_store, Cancel));
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.False(_announcements.Withdrawn);
    }

    private async Task BeatAsync()
    {
        await WriteBeatAsync();
        await ReadAsync();
    }

    private Task<StoreStatus> WriteBeatAsync() => _store.WriteAsync(StoreNames.Heartbeat, new Heartbeat(++_beats, _context.Instance, Interval).ToBytes(), Cancel);

    private async Task RemoveAsync()
    {
        await _store.RemoveAsync(StoreNames.Announced, Cancel);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        _announcements.HeartbeatDirty = true;
        _announcements.ListDirty = true;
        Assert.True(await _announcements.ReadAsync(_store, Cancel));
    }

    /// <summary>As the loop does: when something is to be read, it is, if there is a store.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        _clock.Pass(time);
        _announcements.Expire();
        if (_announcements.HeartbeatDirty && _isConnected)
        {
            await _announcements.ReadAsync(_store, Cancel);
        }
    }
}
