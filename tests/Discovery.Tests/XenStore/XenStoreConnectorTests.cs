using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

public sealed class XenStoreConnectorTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly GuestIdentity Identity = Card(0x00163e000001);

    private readonly PlayedGuest _guest = new("7");
    private readonly LinesLog _log = new();
    private readonly XenStoreConnector _connector;

    public XenStoreConnectorTests() => _connector = Connector(Limit);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _connector.DisposeAsync();
        _guest.Dispose();
    }

    [Fact]
    public async Task The_event_of_setting_the_watch_is_no_restore()
    {
        StoreSession session = await OpenAsync();
        Assert.Equal(new DomainId(7), session.Self);
        Assert.Empty(_log.Lines);
        StoreSession again = await OpenAsync();
        Assert.Same(session.Life, again.Life);
        Assert.False(session.Life.Over.IsCompleted);
        await session.Store.DisposeAsync();
        await again.Store.DisposeAsync();
    }

    [Fact]
    public async Task However_late_that_event_comes()
    {
        _guest.HoldEvents();
        Task<StoreSession> opening = OpenAsync();
        await TestGuest.UntilAsync(() => _guest.WatchCount == 1, "the watch is set");
        Assert.False(opening.IsCompleted);
        _guest.ReleaseEvents();
        await using IStore store = (await opening).Store;
        Assert.False((await opening).Life.Over.IsCompleted);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("8")]
    public async Task A_restore_ends_the_session_whatever_the_number(string number)
    {
        StoreSession before = await OpenAsync();
        _guest.Restore(number);
        await before.Life.Over.WaitAsync(Limit, Cancel);
        await before.Store.Lost.WaitAsync(Limit, Cancel);
        StoreSession after = await OpenAsync();
        Assert.NotSame(before.Life, after.Life);
        Assert.False(after.Life.Over.IsCompleted);
        Assert.Equal(number, after.Self.ToString());

        _guest.Restore(number);
        await after.Life.Over.WaitAsync(Limit, Cancel);
    }

    [Fact]
    public async Task A_restore_between_two_sessions_does_not_go_unnoticed()
    {
        StoreSession before = await OpenAsync();
        await before.Store.DisposeAsync();
        _guest.Restore("7");
        await before.Life.Over.WaitAsync(Limit, Cancel);
        StoreSession after = await OpenAsync();
        Assert.NotSame(before.Life, after.Life);
        await after.Store.DisposeAsync();
    }

    [Fact]
    public async Task Without_its_watch_no_session_is_opened()
    {
        _guest.WatchQuota = 0;
        StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync());
        Assert.Contains("QuotaExceeded", refused.Message, StringComparison.Ordinal);
        await TestGuest.UntilAsync(() => _guest.Files.TrueForAll(file => file.IsDisposed), "nothing stays open");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_waited_for_on_one_connection()
    {
        _guest.Freeze();
        await using XenStoreConnector connector = Connector(TimeSpan.FromMilliseconds(50));
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => connector.OpenAsync(Identity, null, Cancel));
        }

        Assert.Single(_guest.Files);
        _guest.Thaw();
        await TestGuest.UntilAsync(() => _guest.WatchCount == 1, "the watch is set");
        await using XenStoreConnector patient = Connector(Limit);
        await using IStore store = (await patient.OpenAsync(Identity, null, Cancel)).Store;
    }

    [Fact]
    public async Task An_address_that_the_toolstack_did_not_give_is_named_once()
    {
        foreach (int _ in (int[])[1, 2])
        {
            await using IStore store = (await _connector.OpenAsync(Card(0x00163e0000FF), null, Cancel)).Store;
        }

        string line = Assert.Single(_log.Lines);
        Assert.Contains("00:16:3e:00:00:ff", line, StringComparison.Ordinal);
        Assert.Contains("vifs have 00:16:3e:00:00:01", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_without_a_vif_is_told_so()
    {
        _guest.Remove("device/vif/0/mac");
        await using IStore store = (await OpenAsync()).Store;
        Assert.Contains("no vif", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_the_device_is_told_so()
    {
        StoreUnavailableException missing = Assert.Throws<StoreUnavailableException>(() => XenBusDevice.Open("/nowhere/xenbus"));
        Assert.Contains("no Xen domain", missing.Message, StringComparison.Ordinal);
    }

    private static GuestIdentity Card(ulong mac) => new(null, "a", [new GuestInterface(new MacAddress(mac), [], null)]);

    private XenStoreConnector Connector(TimeSpan timeout) =>
        new(limit => XenBusTransport.Connect(_guest.Open(), limit, TimeProvider.System), timeout, TimeProvider.System, _log);

    private Task<StoreSession> OpenAsync() => _connector.OpenAsync(Identity, null, Cancel);
}
