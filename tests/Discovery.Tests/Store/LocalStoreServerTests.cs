using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>The local store against what was measured of oxenstored and C xenstored, over its real socket.</summary>
public sealed class LocalStoreServerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<IStore> _opened = [];
    private LocalStoreServer _server = null!;
    private IStore _dom0 = null!;
    private StoreSession _a = null!;
    private StoreSession _b = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = LocalStoreServer.Start(_directory.Path, NullLogger.Instance);
        _dom0 = _server.ConnectDom0(Limit, TimeProvider.System);
        _opened.Add(_dom0);
        _a = await OpenAsync("a", null);
        _b = await OpenAsync("b", new DomainId(9));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IStore store in _opened)
        {
            await store.DisposeAsync();
        }

        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Lays_a_guest_out_as_a_toolstack_does()
    {
        Assert.Equal(new DomainId(1), _a.Self);
        Assert.Equal(new DomainId(9), _b.Self);
        Assert.Equal("9", await TextAsync(_b.Store, "domid"));
        Assert.Equal("b", await TextAsync(_b.Store, "name"));
        Assert.Equal("00:16:3e:00:00:09", await TextAsync(_dom0, "/local/domain/0/backend/vif/9/0/mac"));
        Assert.Equal("10.0.0.9 10.0.1.9", await TextAsync(_dom0, "/local/domain/0/backend/vif/9/0/ip"));
        Assert.Equal("xenbr0", await TextAsync(_dom0, "/local/domain/0/backend/vif/9/0/bridge"));
        Assert.Equal("9", await TextAsync(_dom0, "/local/domain/0/backend/vif/9/0/frontend-id"));
        Assert.Equal("0 1 9", string.Join(' ', (await _dom0.ListAsync("/local/domain", Cancel)).Value));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/local/domain")]
    [InlineData("/local/domain/9")]
    [InlineData("/local/domain/9/data")]
    public async Task A_guest_cannot_enumerate_others(string path) =>
        Assert.Equal(StoreStatus.AccessDenied, (await _a.Store.ListAsync(path, Cancel)).Status);

    [Fact]
    public async Task An_observer_reads_what_Dom0_can_and_changes_nothing()
    {
        IStore observer = await new LocalStoreConnector(_directory.Path, Limit, TimeProvider.System).ObserveAsync(Cancel);
        _opened.Add(observer);
        await WriteAsync(_a.Store, "data/x", "1");
        Assert.Equal("0 1 9", string.Join(' ', (await observer.ListAsync("/local/domain", Cancel)).Value));
        Assert.Equal("1", await TextAsync(observer, "/local/domain/1/data/x"));
        Assert.Equal(StoreStatus.AccessDenied, await WriteAsync(observer, "/local/domain/1/data/x", "2"));
        Assert.Equal(StoreStatus.AccessDenied, await observer.RemoveAsync("/local/domain/1/data/x", Cancel));
        Assert.Equal(StoreStatus.AccessDenied, await observer.MakeDirectoryAsync("/local/domain/1/data/y", Cancel));
        Assert.Equal(StoreStatus.AccessDenied, await observer.SetPermissionsAsync("/local/domain/1/data/x", [new(_b.Self, StoreAccess.Both)], Cancel));
        Assert.Equal(StoreStatus.AccessDenied, await observer.WatchAsync("/local/domain/1", "w", Cancel));
        Assert.Equal("1", await TextAsync(_dom0, "/local/domain/1/data/x"));

        // It is no domain, and nobody's goes with it.
        await observer.DisposeAsync();
        Assert.Equal("0 1 9", string.Join(' ', (await _dom0.ListAsync("/local/domain", Cancel)).Value));
    }

    [Fact]
    public async Task A_guest_writes_below_data_only()
    {
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, "data/x/y", "1"));
        Assert.Equal(StoreStatus.AccessDenied, await WriteAsync(_a.Store, "other", "1"));
        Assert.Equal(StoreStatus.AccessDenied, await WriteAsync(_a.Store, "name", "1"));
        Assert.Equal(StoreStatus.AccessDenied, await WriteAsync(_a.Store, "/local/domain/9/data/x", "1"));
        Assert.Equal(StoreStatus.AccessDenied, await _a.Store.RemoveAsync("name", Cancel));
        Assert.Equal(StoreStatus.AccessDenied, await _a.Store.SetPermissionsAsync("data", [new(_b.Self, StoreAccess.None)], Cancel));
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_dom0, "/local/domain/9/xenloop/peers/1", "told"));
        Assert.Equal("told", await TextAsync(_b.Store, "xenloop/peers/1"));
        Assert.Equal(StoreStatus.AccessDenied, (await _a.Store.ReadAsync("/local/domain/9/xenloop/peers/1", Cancel)).Status);
    }

    [Fact]
    public async Task One_node_can_be_opened_to_one_peer()
    {
        const string full = "/local/domain/1/data/xenloop/channel/9";
        Assert.Equal(StoreStatus.NotFound, (await _b.Store.ReadAsync(full, Cancel)).Status);
        await WriteAsync(_a.Store, "data/xenloop/channel/9", "hello");
        Assert.Equal(StoreStatus.AccessDenied, (await _b.Store.ReadAsync(full, Cancel)).Status);
        Assert.Equal(StoreStatus.Ok, await _a.Store.SetPermissionsAsync("data/xenloop/channel/9", ForPeer(), Cancel));
        Assert.Equal("hello", await TextAsync(_b.Store, full));
        Assert.Equal(StoreStatus.AccessDenied, await WriteAsync(_b.Store, full, "mine"));
        Assert.Equal(StoreStatus.AccessDenied, (await _b.Store.ReadAsync("/local/domain/1/data/xenloop/channel", Cancel)).Status);
        Assert.Equal(ForPeer(), (await _a.Store.GetPermissionsAsync("data/xenloop/channel/9", Cancel)).Value);

        // New nodes take their parent's permissions.
        await WriteAsync(_a.Store, "data/xenloop/channel/9/below", "too");
        Assert.Equal("too", await TextAsync(_b.Store, full + "/below"));
    }

    [Fact]
    public async Task A_watch_on_a_peers_missing_node_fires_when_it_becomes_readable_and_when_the_peer_goes()
    {
        const string full = "/local/domain/1/data/secret";
        Assert.Equal(StoreStatus.Ok, await _b.Store.WatchAsync(full, "t", Cancel));
        Assert.Equal(new StoreEvent(full, "t"), await NextAsync(_b.Store));
        Assert.Equal(StoreStatus.Exists, await _b.Store.WatchAsync(full, "t", Cancel));

        await WriteAsync(_a.Store, "data/secret", "v");
        await AssertQuietAsync(_b.Store);
        await _a.Store.SetPermissionsAsync("data/secret", ForPeer(), Cancel);
        Assert.Equal(new StoreEvent(full, "t"), await NextAsync(_b.Store));
        await WriteAsync(_a.Store, "data/secret", "w");
        Assert.Equal(new StoreEvent(full, "t"), await NextAsync(_b.Store));

        await _a.Store.DisposeAsync();
        Assert.Equal(new StoreEvent(full, "t"), await NextAsync(_b.Store));
        Assert.Equal(StoreStatus.NotFound, (await _b.Store.ReadAsync(full, Cancel)).Status);
        Assert.Equal(StoreStatus.Ok, await _b.Store.UnwatchAsync(full, "t", Cancel));
        Assert.Equal(StoreStatus.NotFound, await _b.Store.UnwatchAsync(full, "t", Cancel));
    }

    /// <summary>An event that is longer than a message would end the connection of whoever watches.</summary>
    [Fact]
    public async Task A_token_is_no_longer_than_leaves_room_for_any_path()
    {
        string longest = new('t', StoreQuota.Token);
        Assert.Equal(StoreStatus.Invalid, await _a.Store.WatchAsync("data", longest + 't', Cancel));
        Assert.Equal(StoreStatus.Ok, await _a.Store.WatchAsync("data", longest, Cancel));
        Assert.Equal(new StoreEvent("data", longest), await NextAsync(_a.Store));
        string home = "/local/domain/1/";
        string path = "data/" + new string('p', XenStoreWire.MaximumPath - home.Length - 5);
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, path, "1"));
        Assert.Equal(new StoreEvent(path, longest), await NextAsync(_a.Store));
    }

    [Fact]
    public async Task Watches_cover_what_is_below_and_echo_the_form_of_their_path()
    {
        await _a.Store.WatchAsync("data", "own", Cancel);
        Assert.Equal(new StoreEvent("data", "own"), await NextAsync(_a.Store));
        await WriteAsync(_a.Store, "data/deep/er", "1");
        Assert.Equal(new StoreEvent("data/deep/er", "own"), await NextAsync(_a.Store));
        await WriteAsync(_a.Store, "/local/domain/1/data/absolute", "1");
        Assert.Equal(new StoreEvent("data/absolute", "own"), await NextAsync(_a.Store));
    }

    [Fact]
    public async Task Dom0_is_told_of_domains_that_come_and_go_and_guests_are_not()
    {
        await _dom0.WatchAsync("@introduceDomain", "in", Cancel);
        await _dom0.WatchAsync("@releaseDomain", "out", Cancel);
        await _a.Store.WatchAsync("@releaseDomain", "x", Cancel);
        Assert.Equal("in", (await NextAsync(_dom0)).Token);
        Assert.Equal("out", (await NextAsync(_dom0)).Token);
        Assert.Equal("x", (await NextAsync(_a.Store)).Token);

        StoreSession c = await OpenAsync("c", null);
        Assert.Equal(new DomainId(10), c.Self);
        Assert.Equal(new StoreEvent("@introduceDomain", "in"), await NextAsync(_dom0));
        await c.Store.DisposeAsync();
        Assert.Equal(new StoreEvent("@releaseDomain", "out"), await NextAsync(_dom0));
        Assert.Equal(StoreStatus.NotFound, (await _dom0.ReadAsync("/local/domain/10", Cancel)).Status);
        Assert.Equal(StoreStatus.NotFound, (await _dom0.ReadAsync("/local/domain/0/backend/vif/10", Cancel)).Status);
        await AssertQuietAsync(_a.Store);
    }

    [Fact]
    public async Task Only_what_is_empty_is_removed_as_such()
    {
        await _dom0.MakeDirectoryAsync("/local/domain/77/x", Cancel);
        Assert.Equal(StoreStatus.Exists, await _dom0.RemoveEmptyAsync("/local/domain/77", Cancel));
        Assert.Equal(StoreStatus.Ok, await _dom0.RemoveEmptyAsync("/local/domain/77/x", Cancel));
        Assert.Equal(StoreStatus.Ok, await _dom0.RemoveEmptyAsync("/local/domain/77", Cancel));
        Assert.Equal(StoreStatus.NotFound, await _dom0.RemoveEmptyAsync("/local/domain/77", Cancel));
        Assert.Equal("0 1 9", string.Join(' ', (await _dom0.ListAsync("/local/domain", Cancel)).Value));
    }

    [Fact]
    public async Task Quotas_hold_per_guest()
    {
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, "data/v", new string('x', 2035)));
        Assert.Equal(StoreStatus.QuotaExceeded, await WriteAsync(_a.Store, "data/v", new string('x', 2036)));

        int nodes = 2;
        while (await WriteAsync(_a.Store, $"data/n{nodes}", "1") == StoreStatus.Ok)
        {
            nodes++;
        }

        Assert.Equal(530, nodes);
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, "data/n2", "2"));
        Assert.Equal(StoreStatus.Ok, await _a.Store.RemoveAsync("data/n2", Cancel));
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, "data/n2", "3"));

        int watches = 0;
        while (await _a.Store.WatchAsync("data", $"t{watches}", Cancel) == StoreStatus.Ok)
        {
            watches++;
        }

        Assert.Equal(85, watches);
        Assert.Equal(StoreStatus.Ok, await WriteAsync(_b.Store, "data/n", "1"));
    }

    [Fact]
    public async Task Transactions_commit_whole_or_meet_intervening_writes()
    {
        XenStoreConnection store = (XenStoreConnection)_a.Store;
        uint first = (await store.StartTransactionAsync(Cancel)).Value;
        uint second = (await store.StartTransactionAsync(Cancel)).Value;
        Assert.Equal(StoreStatus.Ok, await store.WriteAsync("data/t", "1"u8.ToArray(), first, Cancel));
        Assert.Equal(StoreStatus.NotFound, (await store.ReadAsync("data/t", Cancel)).Status);
        Assert.True((await store.ReadAsync("data/t", first, Cancel)).IsOk);
        Assert.Equal(StoreStatus.Ok, await store.WriteAsync("data/u", "1"u8.ToArray(), second, Cancel));
        Assert.Equal(StoreStatus.Ok, await store.EndTransactionAsync(first, commit: true, Cancel));
        Assert.Equal(StoreStatus.TryAgain, await store.EndTransactionAsync(second, commit: true, Cancel));
        Assert.Equal("1", await TextAsync(store, "data/t"));
        Assert.Equal(StoreStatus.NotFound, (await store.ReadAsync("data/u", Cancel)).Status);
        Assert.Equal(StoreStatus.NotFound, await store.EndTransactionAsync(first, commit: true, Cancel));
    }

    [Theory]
    [InlineData("data//x")]
    [InlineData("data/")]
    [InlineData("data/ö")]
    [InlineData("data/..")]
    [InlineData("")]
    public async Task Malformed_paths_are_refused(string path) =>
        Assert.Equal(StoreStatus.Invalid, await WriteAsync(_a.Store, path, "1"));

    [Fact]
    public async Task A_domain_number_has_one_guest_at_a_time()
    {
        StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync("again", _b.Self));
        Assert.Contains("has another guest with domain number 9", refused.Message, StringComparison.Ordinal);
        await _b.Store.DisposeAsync();
        await _dom0.WatchAsync("/local/domain/9", "w", Cancel);
        while ((await _dom0.ReadAsync("/local/domain/9", Cancel)).IsOk)
        {
            await NextAsync(_dom0);
        }

        Assert.Equal(_b.Self, (await OpenAsync("again", _b.Self)).Self);
    }

    [Fact]
    public async Task A_live_host_is_refused_and_a_dead_ones_socket_replaced_with_numbers_going_on()
    {
        StoreUnavailableException refused = Assert.Throws<StoreUnavailableException>(() => LocalStoreServer.Start(_directory.Path, NullLogger.Instance));
        Assert.Contains("alive", refused.Message, StringComparison.Ordinal);

        string path = Path.Combine(_directory.Path, LocalStoreServer.SocketName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        await _server.DisposeAsync();
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // A server that was killed leaves its socket behind: bound, with nobody listening.
            dead.Bind(new UnixDomainSocketEndPoint(path));
        }

        _server = LocalStoreServer.Start(_directory.Path, NullLogger.Instance);
        Assert.Equal(new DomainId(10), (await OpenAsync("later", null)).Self);
    }

    [Fact]
    public async Task Strangers_and_their_rubbish_are_shown_out()
    {
        foreach (byte[] rubbish in new[] { new byte[200], [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255], "GET / HTTP/1.1\r\n\r\n"u8.ToArray() })
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory.Path, LocalStoreServer.SocketName)), Cancel);
            await socket.SendAsync(rubbish, Cancel);
            await using NetworkStream stream = new(socket);
            using MemoryStream answer = new();
            await stream.CopyToAsync(answer, Cancel).WaitAsync(Limit, Cancel);
            Assert.True(answer.Length <= XenStoreWire.HeaderBytes + 7);
        }
    }

    [Fact]
    public async Task A_client_that_reads_nothing_costs_little_and_harms_nobody()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory.Path, LocalStoreServer.SocketName)), Cancel);
        await using NetworkStream stream = new(socket);
        DuplexPipe pipe = DuplexPipe.Over(stream);
        byte[] introduction = LocalIntroduction.ToPayload(Identity("deaf", null), null);
        await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_INTRODUCE, 1, 0, introduction, Cancel);
        await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_WATCH, 2, 0, XenStorePayload.FromStrings("data", "t"), Cancel);

        // Requests go in until the server no longer takes them: it waits for its replies to be read.
        using CancellationTokenSource full = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        byte[] write = XenStorePayload.FromPathAndValue("data/x", new byte[2000]);
        int sent = 0;
        Task flood = Task.Run(
            async () =>
            {
                while (true)
                {
                    await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_WRITE, 3, 0, write, full.Token);
                    Interlocked.Increment(ref sent);
                }
            },
            Cancel);
        int before;
        do
        {
            before = Volatile.Read(ref sent);
            await Task.Delay(200, Cancel);
            Assert.Equal(StoreStatus.Ok, await WriteAsync(_a.Store, "data/alive", "1"));
        }
        while (Volatile.Read(ref sent) != before);

        await full.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood);
        Assert.InRange(sent, 10, 100_000);
    }

    private static GuestIdentity Identity(string name, DomainId? requested) => new(
        requested,
        name,
        [new GuestInterface(new MacAddress(0x00163e000000UL | (requested?.Value ?? 1)), [InternetAddress.FromIPv4(0x0A000009), InternetAddress.FromIPv4(0x0A000109)], "xenbr0")]);

    private static async Task<string> TextAsync(IStore store, string path)
    {
        StoreResult<ReadOnlyMemory<byte>> result = await store.ReadAsync(path, Cancel);
        Assert.Equal(StoreStatus.Ok, result.Status);
        return Encoding.ASCII.GetString(result.Value.Span);
    }

    private static Task<StoreStatus> WriteAsync(IStore store, string path, string value) =>
        store.WriteAsync(path, Encoding.ASCII.GetBytes(value), Cancel);

    private static async Task<StoreEvent> NextAsync(IStore store)
    {
        StoreEvent? item = await store.NextEventAsync(Cancel).AsTask().WaitAsync(Limit, Cancel);
        Assert.NotNull(item);
        return item.Value;
    }

    /// <summary>Nothing is on its way: an event caused now comes next.</summary>
    private static async Task AssertQuietAsync(IStore store)
    {
        await store.WatchAsync("data/quiet", "quiet", Cancel);
        Assert.Equal("quiet", (await NextAsync(store)).Token);
        await store.UnwatchAsync("data/quiet", "quiet", Cancel);
    }

    private ImmutableArray<StorePermission> ForPeer() => [new(_a.Self, StoreAccess.None), new(_b.Self, StoreAccess.Read)];

    private async Task<StoreSession> OpenAsync(string name, DomainId? requested)
    {
        LocalStoreConnector connector = new(_directory.Path, Limit, TimeProvider.System);
        StoreSession session = await connector.OpenAsync(Identity(name, requested), null, Cancel);
        _opened.Add(session.Store);
        return session;
    }
}
