using System.Text;

namespace XenLoop.Discovery.Tests;

public sealed class XenBusTransportTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly PlayedGuest _guest = new("7");
    private readonly PlayedXenBus _file;

    public XenBusTransportTests() => _file = _guest.Open();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _guest.Dispose();

    [Fact]
    public async Task Requests_that_overlap_reach_the_kernel_one_after_the_other()
    {
        await using XenStoreConnection store = Connect(Limit);
        for (int i = 0; i < 64; i++)
        {
            Assert.Equal(StoreStatus.Ok, await store.WriteAsync($"data/{i}", Encoding.ASCII.GetBytes($"{i}"), Cancel));
        }

        StoreResult<ReadOnlyMemory<byte>>[] values = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => store.ReadAsync($"data/{i}", Cancel)));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"{i}"), values.Select(value => Encoding.ASCII.GetString(value.Value.Span)));
        Assert.Equal(0, _file.Overwritten);
    }

    [Fact]
    public async Task A_refused_watch_fails_alone()
    {
        _guest.WatchQuota = 1;
        await using XenStoreConnection store = Connect(Limit);
        Assert.Equal(StoreStatus.Ok, await store.WatchAsync("data/a", "a", Cancel));
        Assert.Equal(StoreStatus.QuotaExceeded, await store.WatchAsync("data/b", "b", Cancel));
        Assert.Equal("7", Encoding.ASCII.GetString((await store.ReadAsync("domid", Cancel)).Value.Span));
        Assert.Equal(new StoreEvent("data/a", "a"), await store.NextEventAsync(Cancel));
        Assert.False(store.Lost.IsCompleted);
    }

    [Theory]
    [InlineData(4096 - 16 - 7, StoreStatus.Ok)]
    [InlineData(4096 - 16 - 6, StoreStatus.QuotaExceeded)]
    public async Task Header_and_payload_share_the_kernels_buffer(int length, StoreStatus expected)
    {
        await using XenStoreConnection store = Connect(Limit);
        Assert.Equal(expected, await store.WriteAsync("data/x", new byte[length], Cancel));
        Assert.Equal(StoreStatus.NotFound, (await store.ReadAsync("data/y", Cancel)).Status);
    }

    [Fact]
    public async Task A_frozen_store_costs_time_and_not_the_connection()
    {
        await using XenStoreConnection store = Connect(TimeSpan.FromMilliseconds(50));
        _guest.Freeze();
        Assert.Equal(StoreStatus.TimedOut, await store.WatchAsync("data/a", "a", Cancel));

        // More than a connection lets wait for replies: none of these is sent, so none is waited for.
        for (int i = 0; i < 6; i++)
        {
            StoreStatus[] late = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => store.WriteAsync("data/a", "v"u8.ToArray(), Cancel)));
            Assert.All(late, status => Assert.Equal(StoreStatus.TimedOut, status));
        }

        Assert.Equal(1, _file.Writes);
        _guest.Thaw();
        await UntilOkAsync(store);
        Assert.False(store.Lost.IsCompleted);
    }

    /// <summary>Events show that the store is at work.</summary>
    [Fact]
    public async Task A_reply_that_never_comes_from_a_store_at_work_costs_the_connection_after_a_minute()
    {
        ManualClock clock = new();
        clock.Pass(TimeSpan.FromHours(1));
        await using XenStoreConnection store = XenBusTransport.Connect(_file, TimeSpan.FromMilliseconds(50), clock);
        TimeSpan almost = ReplyWatch.Longest - TimeSpan.FromSeconds(1);
        for (int i = 0; i < 2; i++)
        {
            // The second reply is as late: each has a minute of its own.
            _guest.Freeze();
            Assert.Equal(StoreStatus.TimedOut, await store.WriteAsync("data/a", "v"u8.ToArray(), Cancel));
            clock.Pass(almost);
            await FireAsync(store);
            Assert.Equal(StoreStatus.TimedOut, await store.WriteAsync("data/a", "v"u8.ToArray(), Cancel));
            Assert.False(store.Lost.IsCompleted);
            if (i == 0)
            {
                _guest.Thaw();
                await UntilOkAsync(store);
            }
        }

        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(StoreStatus.TimedOut, await store.WriteAsync("data/a", "v"u8.ToArray(), Cancel));
        Assert.Contains("without a reply", await store.Lost.WaitAsync(Limit, Cancel), StringComparison.Ordinal);
        Assert.Equal(StoreStatus.ConnectionLost, await store.WriteAsync("data/a", "v"u8.ToArray(), Cancel));
    }

    /// <summary>Each connection that is given up leaves its request with the kernel.</summary>
    [Fact]
    public async Task A_store_that_stands_still_is_waited_for()
    {
        ManualClock clock = new();
        clock.Pass(TimeSpan.FromHours(1));
        await using XenStoreConnection store = XenBusTransport.Connect(_file, TimeSpan.FromMilliseconds(50), clock);
        await FireAsync(store);
        _guest.Freeze();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(StoreStatus.TimedOut, await store.WriteAsync("data/a", "v"u8.ToArray(), Cancel));
            clock.Pass(ReplyWatch.Longest);
        }

        Assert.False(store.Lost.IsCompleted);
        Assert.Equal(1, _file.Writes);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_frozen_store_and_the_device_closes_when_it_answers()
    {
        XenStoreConnection store = Connect(TimeSpan.FromMilliseconds(50));
        _guest.Freeze();
        Assert.Equal(StoreStatus.TimedOut, await store.WatchAsync("data/a", "a", Cancel));
        await store.DisposeAsync().AsTask().WaitAsync(Limit, Cancel);
        Assert.False(_file.IsDisposed);
        _guest.Thaw();
        await TestGuest.UntilAsync(() => _file.IsDisposed, "the device is closed");
        Assert.Equal(0, _guest.WatchCount);
    }

    [Fact]
    public async Task Those_who_wait_for_their_turn_learn_of_the_end()
    {
        XenStoreConnection store = Connect(Limit);
        _guest.Freeze();
        Task<StoreStatus>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => store.WriteAsync("data/a", "v"u8.ToArray(), Cancel))];
        await store.DisposeAsync();
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Limit, Cancel), status => Assert.Equal(StoreStatus.ConnectionLost, status));
    }

    /// <summary>Has an event come, whatever the store does.</summary>
    private async Task FireAsync(XenStoreConnection store)
    {
        _file.Reply(new XenStoreHeader { Type = XenStoreMessage.XS_WATCH_EVENT }, "data/b\0b\0"u8.ToArray());
        Assert.NotNull(await store.NextEventAsync(Cancel));
    }

    private static async Task UntilOkAsync(XenStoreConnection store)
    {
        using CancellationTokenSource limit = new(Limit);
        while (await store.WriteAsync("data/a", "v"u8.ToArray(), limit.Token) != StoreStatus.Ok)
        {
        }
    }

    private XenStoreConnection Connect(TimeSpan timeout) => XenBusTransport.Connect(_file, timeout, TimeProvider.System);
}
