using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>An announcer on a real local store, with guests and a toolstack played by hand.</summary>
public abstract class AnnouncerFixture : IAsyncLifetime
{
    protected static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private CancellationTokenSource _stop = new();
    private readonly List<IStore> _stores = [];
    private readonly Dictionary<DomainId, MacAddress> _macs = [];
    private LocalStoreServer _server = null!;
    private Task _announcer = Task.CompletedTask;

    /// <summary>The announcer's own connection.</summary>
    protected CountingStore Dom0 { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server = LocalStoreServer.Start(_directory.Path, NullLogger.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _announcer;
        foreach (IStore store in _stores)
        {
            await store.DisposeAsync();
        }

        await _server.DisposeAsync();
        _stop.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Never happened: {what}");
            await Task.Delay(2, Cancel);
        }
    }

    private protected static async Task<Heartbeat?> BeatAsync(StoreSession guest)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await guest.Store.ReadAsync(StoreNames.Heartbeat, Cancel);
        return value.IsOk ? Heartbeat.Parse(value.Value.Span) : null;
    }

    private protected Task<StoreStatus> AdvertiseAsync(StoreSession guest, ulong instance) =>
        guest.Store.WriteAsync(StoreNames.Advert, new Advert(ProtocolVersions.Ours, instance, ChannelFeatures.None, _macs[guest.Self]).ToBytes(), Cancel);

    /// <summary>What a guest is told of a peer, once it is told something.</summary>
    private protected static async Task<PeerDomain?> PeerAsync(StoreSession reader, DomainId peer)
    {
        PeerDomain? found = null;
        await UntilAsync(async () => (found = (await PeersAsync(reader)).Find(told => told.Id == peer)) is not null, $"{reader.Self} is told of {peer}");
        return found;
    }

    /// <summary>All that a guest is told of others.</summary>
    private protected static async Task<List<PeerDomain>> PeersAsync(StoreSession reader) =>
        (await EntriesAsync(reader)).FindAll(told => told.Id != reader.Self);

    /// <summary>The addresses that a guest is told to be held to; empty if none.</summary>
    private protected static async Task<string> OwnAsync(StoreSession reader) =>
        string.Join(',', (await EntriesAsync(reader)).Find(told => told.Id == reader.Self)?.Addresses ?? []);

    /// <summary>All that a guest is told.</summary>
    private static async Task<List<PeerDomain>> EntriesAsync(StoreSession reader)
    {
        List<PeerDomain> all = [];
        StoreResult<ImmutableArray<string>> pages = await reader.Store.ListAsync(StoreNames.Peers, Cancel);
        foreach (string page in pages.IsOk ? pages.Value : [])
        {
            StoreResult<ReadOnlyMemory<byte>> value = await reader.Store.ReadAsync($"{StoreNames.Peers}/{page}", Cancel);
            if (value.IsOk && PeerPage.TryParse(value.Value.Span, out ImmutableArray<PeerDomain> peers))
            {
                all.AddRange(peers);
            }
        }

        return all;
    }

    private protected Task<StoreStatus> RenameAsync(StoreSession guest, string name) =>
        Dom0.WriteAsync(StoreNames.For(guest.Self, StoreNames.Name), Encoding.ASCII.GetBytes(name), Cancel);

    private protected Task<StoreStatus> PutVifAsync(StoreSession guest, string node, string value) =>
        Dom0.WriteAsync($"{StoreNames.VifsOf(guest.Self)}/0/{node}", Encoding.ASCII.GetBytes(value), Cancel);

    private protected async Task<StoreSession> OpenAsync(string name, ushort number = 0)
    {
        MacAddress mac = new(name[0]);
        GuestIdentity identity = new(number == 0 ? null : new DomainId(number), name, [new GuestInterface(mac, [], "xenbr0")]);
        StoreSession session = await new LocalStoreConnector(_directory.Path, Limit, TimeProvider.System).OpenAsync(identity, null, Cancel);
        _stores.Add(session.Store);
        _macs[session.Self] = mac;
        return session;
    }

    /// <summary>Null while the local host has another guest of that number.</summary>
    private protected async Task<StoreSession?> TryOpenAsync(string name, ushort number)
    {
        try
        {
            return await OpenAsync(name, number);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private protected void Announce(TimeSpan interval, AnnouncerOptions? others = null)
    {
        Dom0 = new CountingStore(_server.ConnectDom0(Limit, TimeProvider.System));
        _stores.Add(Dom0);
        AnnouncerOptions options = (others ?? new AnnouncerOptions()) with { HeartbeatInterval = interval };
        _announcer = Task.Run(() => new Announcer(Dom0, options, TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token));
    }

    private protected async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _announcer;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }
}
