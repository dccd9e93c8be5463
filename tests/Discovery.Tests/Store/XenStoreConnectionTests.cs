using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace XenLoop.Discovery.Tests;

public sealed class XenStoreConnectionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_header_is_laid_out_as_xs_wire_h_says()
    {
        byte[] bytes = new byte[XenStoreWire.HeaderBytes];
        XenStoreWire.WriteHeader(bytes, new XenStoreHeader(XenStoreMessage.XS_WATCH_EVENT, 0x11223344, 0x55667788, 0x99AABBCC));
        Assert.Equal("0F000000" + "44332211" + "88776655" + "CCBBAA99", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Any_header_survives_the_wire() => Prop.ForAll<uint, uint, uint>((type, request, transaction) =>
    {
        XenStoreHeader header = new((XenStoreMessage)type, request, transaction, type ^ request);
        Span<byte> bytes = stackalloc byte[XenStoreWire.HeaderBytes];
        XenStoreWire.WriteHeader(bytes, header);
        return XenStoreWire.ReadHeader(bytes) == header;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Strings_survive_the_wire() => Prop.ForAll(
        Gen.Choose(1, 255).Select(code => (char)code).ArrayOf().Select(letters => new string(letters)).NonEmptyListOf().ToArbitrary(),
        strings => XenStorePayload.ToStrings(XenStorePayload.FromStrings([.. strings]))!.SequenceEqual(strings, StringComparer.Ordinal)).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Replies_find_their_requests_in_any_order()
    {
        await using ScriptedStore store = new(Limit);
        Task<StoreResult<ReadOnlyMemory<byte>>> first = store.Connection.ReadAsync("a", Cancel);
        Task<StoreResult<ReadOnlyMemory<byte>>> second = store.Connection.ReadAsync("b", Cancel);
        XenStoreFrame one = await store.NextAsync();
        XenStoreFrame two = await store.NextAsync();
        Assert.Equal("a\0", Encoding.ASCII.GetString(one.Payload.Span));
        await store.SendAsync(XenStoreMessage.XS_READ, two.Header.Request, 0, "two"u8.ToArray());
        await store.SendAsync(XenStoreMessage.XS_WATCH_EVENT, 0, 0, "p\0t\0"u8.ToArray());
        await store.SendAsync(XenStoreMessage.XS_READ, one.Header.Request, 0, "one"u8.ToArray());
        Assert.Equal("one", Encoding.ASCII.GetString((await first).Value.Span));
        Assert.Equal("two", Encoding.ASCII.GetString((await second).Value.Span));
        Assert.Equal(new StoreEvent("p", "t"), await store.Connection.NextEventAsync(Cancel));
    }

    [Theory]
    [InlineData("ENOENT", StoreStatus.NotFound)]
    [InlineData("EACCES", StoreStatus.AccessDenied)]
    [InlineData("EPERM", StoreStatus.AccessDenied)]
    [InlineData("EQUOTA", StoreStatus.QuotaExceeded)]
    [InlineData("ENOSPC", StoreStatus.QuotaExceeded)]
    [InlineData("E2BIG", StoreStatus.QuotaExceeded)]
    [InlineData("EEXIST", StoreStatus.Exists)]
    [InlineData("EAGAIN", StoreStatus.TryAgain)]
    [InlineData("EWHATEVER", StoreStatus.Invalid)]
    public async Task Errors_of_either_store_are_told_apart(string name, StoreStatus expected)
    {
        await using ScriptedStore store = new(Limit);
        Task<StoreStatus> write = store.Connection.WriteAsync("a", "v"u8.ToArray(), Cancel);
        XenStoreFrame request = await store.NextAsync();
        Assert.Equal("a\0v", Encoding.ASCII.GetString(request.Payload.Span));
        await store.SendAsync(XenStoreMessage.XS_ERROR, request.Header.Request, 0, Encoding.ASCII.GetBytes(name + "\0"));
        Assert.Equal(expected, await write);
    }

    [Theory]
    [InlineData(XenStoreMessage.XS_WRITE, 0u, 0u, "a reply of type 11 to a request of type 2")]
    [InlineData(XenStoreMessage.XS_READ, 77u, 0u, "which nobody made")]
    [InlineData(XenStoreMessage.XS_READ, 0u, 5u, "which nobody made")]
    public async Task A_reply_that_fits_no_request_ends_the_connection(XenStoreMessage type, uint shift, uint transaction, string complaint)
    {
        await using ScriptedStore store = new(Limit);
        Task<StoreResult<ReadOnlyMemory<byte>>> read = store.Connection.ReadAsync("a", Cancel);
        XenStoreFrame request = await store.NextAsync();
        await store.SendAsync(type, request.Header.Request + shift, transaction, "v"u8.ToArray());
        Assert.Contains(complaint, await store.Connection.Lost.WaitAsync(Limit, Cancel), StringComparison.Ordinal);
        Assert.Equal(StoreStatus.ConnectionLost, (await read).Status);
        Assert.Equal(StoreStatus.ConnectionLost, (await store.Connection.ReadAsync("a", Cancel)).Status);
        Assert.Null(await store.Connection.NextEventAsync(Cancel));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("p\0")]
    [InlineData("p\0\0")]
    [InlineData("")]
    public async Task A_malformed_event_ends_the_connection(string payload)
    {
        await using ScriptedStore store = new(Limit);
        await store.SendAsync(XenStoreMessage.XS_WATCH_EVENT, 0, 0, Encoding.ASCII.GetBytes(payload));
        Assert.Contains("malformed watch event", await store.Connection.Lost.WaitAsync(Limit, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_message_ends_the_connection()
    {
        await using ScriptedStore store = new(Limit);
        byte[] header = new byte[XenStoreWire.HeaderBytes];
        XenStoreWire.WriteHeader(header, new XenStoreHeader(XenStoreMessage.XS_WATCH_EVENT, 0, 0, XenStoreWire.MaximumPayload + 1));
        await store.SendRawAsync(header);
        Assert.Contains("4097 bytes", await store.Connection.Lost.WaitAsync(Limit, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_message_is_told_from_one_that_ends()
    {
        await using ScriptedStore cut = new(Limit);
        await cut.SendRawAsync([1, 2, 3]);
        await cut.EndAsync();
        Assert.Contains("ended 3 bytes into a message", await cut.Connection.Lost.WaitAsync(Limit, Cancel), StringComparison.Ordinal);

        await using ScriptedStore ended = new(Limit);
        await ended.EndAsync();
        Assert.Equal("the store closed the connection", await ended.Connection.Lost.WaitAsync(Limit, Cancel));
    }

    [Fact]
    public async Task Messages_may_come_in_any_pieces()
    {
        await using ScriptedStore store = new(Limit);
        Task<StoreResult<ReadOnlyMemory<byte>>> read = store.Connection.ReadAsync("a", Cancel);
        XenStoreFrame request = await store.NextAsync();
        byte[] reply = new byte[XenStoreWire.HeaderBytes + 3];
        XenStoreWire.WriteHeader(reply, new XenStoreHeader(XenStoreMessage.XS_READ, request.Header.Request, 0, 3));
        "abc"u8.CopyTo(reply.AsSpan(XenStoreWire.HeaderBytes));
        foreach (byte piece in reply)
        {
            await store.SendRawAsync([piece]);
        }

        Assert.Equal("abc", Encoding.ASCII.GetString((await read).Value.Span));
    }

    [Fact]
    public void Any_bytes_from_the_store_end_in_a_reply_or_a_loss() => Prop.ForAll<byte[]>(bytes =>
    {
        return CheckAsync().GetAwaiter().GetResult();

        async Task<bool> CheckAsync()
        {
            await using ScriptedStore store = new(Limit);
            Task<StoreResult<ReadOnlyMemory<byte>>> read = store.Connection.ReadAsync("a", Cancel);
            await store.SendRawAsync(bytes ?? []);
            await store.EndAsync();
            await store.Connection.Lost.WaitAsync(Limit, Cancel);
            return (await read.WaitAsync(Limit, Cancel)).Status == StoreStatus.ConnectionLost;
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_connection_that_ends_under_a_write_leaves_the_pipe_to_it()
    {
        Pipe replies = new();
        SlowPipeWriter requests = new();
        await using XenStoreConnection connection = new(new DuplexPipe(replies.Reader, requests), owned: null, Limit, TimeProvider.System);
        Task<StoreResult<ReadOnlyMemory<byte>>> read = connection.ReadAsync("a", Cancel);
        await requests.Begun.WaitAsync(Limit, Cancel);
        await replies.Writer.CompleteAsync();
        await connection.Lost.WaitAsync(Limit, Cancel);

        // Gives a writer that is completed too early the time to be.
        await Task.WhenAny(requests.Completed, Task.Delay(50, Cancel));
        requests.EndFlush();
        Assert.True(await requests.Completed.WaitAsync(Limit, Cancel));
        Assert.Equal(StoreStatus.ConnectionLost, (await read.WaitAsync(Limit, Cancel)).Status);
    }

    [Fact]
    public async Task A_late_reply_is_no_violation()
    {
        await using ScriptedStore store = new(TimeSpan.FromMilliseconds(50));
        Assert.Equal(StoreStatus.TimedOut, (await store.Connection.ReadAsync("a", Cancel)).Status);
        XenStoreFrame late = await store.NextAsync();
        await store.SendAsync(XenStoreMessage.XS_READ, late.Header.Request, 0, "late"u8.ToArray());
        await store.SendAsync(XenStoreMessage.XS_WATCH_EVENT, 0, 0, "p\0t\0"u8.ToArray());
        Assert.Equal(new StoreEvent("p", "t"), await store.Connection.NextEventAsync(Cancel));
        Assert.False(store.Connection.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_store_that_never_replies_is_lost_at_last()
    {
        await using ScriptedStore store = new(TimeSpan.FromMilliseconds(1));
        StoreStatus status = StoreStatus.TimedOut;
        int requests = 0;
        for (; status == StoreStatus.TimedOut; requests++)
        {
            status = await store.Connection.RemoveAsync("a", Cancel);
        }

        Assert.Equal(StoreStatus.ConnectionLost, status);
        Assert.InRange(requests, 2, 300);
    }

    [Fact]
    public async Task Requests_beyond_the_limit_are_refused_here()
    {
        await using ScriptedStore store = new(Limit);
        Assert.Equal(StoreStatus.QuotaExceeded, await store.Connection.WriteAsync("a", new byte[XenStoreWire.MaximumPayload], Cancel));
        Assert.False(store.Connection.Lost.IsCompleted);
    }

    [Fact]
    public async Task Repeated_events_merge_and_too_many_become_an_overflow()
    {
        StoreEventQueue queue = new(capacity: 3);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(queue.Add(new StoreEvent("same", "t")));
        }

        Assert.Equal(new StoreEvent("same", "t"), await queue.NextAsync(Cancel));
        Assert.True(queue.Add(new StoreEvent("1", "t")));
        Assert.True(queue.Add(new StoreEvent("2", "t")));
        Assert.True(queue.Add(new StoreEvent("3", "t")));
        Assert.False(queue.Add(new StoreEvent("4", "t")));
        Assert.True((await queue.NextAsync(Cancel))!.Value.IsOverflow);
        queue.Complete();
        Assert.Null(await queue.NextAsync(Cancel));
    }

    /// <summary>Whoever may write below the node can make up as many names as he likes.</summary>
    [Fact]
    public async Task Events_of_a_watch_on_one_node_are_one_wherever_below_it_they_come_from()
    {
        StoreEventQueue queue = new(capacity: 3);
        string token = $"{StoreEvent.NodeToken}7";
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(queue.Add(new StoreEvent($"/local/domain/7/xenloop/advert/{i}", token)));
        }

        Assert.True(queue.Add(new StoreEvent("2", "t")));
        Assert.Equal(new StoreEvent("", token), await queue.NextAsync(Cancel));
        Assert.Equal(new StoreEvent("2", "t"), await queue.NextAsync(Cancel));
    }
}
