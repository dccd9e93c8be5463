using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>
/// A host whose guests only advertise themselves, to count what the announcer asks of the store for each thing that happens.
/// <code>
///   guest 1 --advert--+                          +-- counted -- announcer
///   guest 2 --advert--+-- sockets -- local store +
///   ...               |                          +-- toolstack (renames, vifs)
///   marker -----------+                               alone on its bridge: looks at it tell what was done before
/// </code>
/// </summary>
public sealed class SimulatedHost : IAsyncDisposable
{
    private const int AtATime = 32;
    private const ulong Marker = 0;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("xenloop-host-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly LocalStoreServer _server;
    private readonly IStore _toolstack;
    private Task _announcer = Task.CompletedTask;
    private StoreSession _marker = null!;
    private ulong _instance;
    private uint _marks;

    public SimulatedHost()
    {
        _server = LocalStoreServer.Start(_directory, NullLogger.Instance);
        _toolstack = _server.ConnectDom0(Limit, TimeProvider.System);
        Announcer = new CountingStore(_server.ConnectDom0(Limit, TimeProvider.System));
    }

    /// <summary>What the announcer asks.</summary>
    public CountingStore Announcer { get; }

    /// <summary>Starts the announcer.</summary>
    public async Task AnnounceAsync(TimeSpan heartbeat, CancellationToken cancel)
    {
        _marker = await CreateAsync("marker", Marker, "marker", cancel);
        await AdvertiseAsync(_marker, Marker, cancel);
        Announcer.Uncounted = [StorePath.Of(_marker.Self), StoreNames.VifsOf(_marker.Self), StoreNames.LibxlOf(_marker.Self)];
        AnnouncerOptions options = new() { HeartbeatInterval = heartbeat };
        _announcer = Task.Run(() => new Announcer(Announcer, options, TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token), cancel);
        await SettleAsync(cancel);
    }

    /// <summary>A new domain with one vif and an agent that advertises it.</summary>
    public async Task<StoreSession> StartAsync(string bridge, CancellationToken cancel)
    {
        ulong instance = Interlocked.Increment(ref _instance);
        StoreSession guest = await CreateAsync($"guest-{instance}", instance, bridge, cancel);
        await AdvertiseAsync(guest, instance, cancel);
        return guest;
    }

    /// <summary>As a host that has just booted does: many at a time, as far as the store's socket takes them.</summary>
    public async Task<List<StoreSession>> StartManyAsync(int count, string bridge, CancellationToken cancel)
    {
        List<StoreSession> guests = [];
        while (guests.Count < count)
        {
            guests.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(AtATime, count - guests.Count)).Select(_ => StartAsync(bridge, cancel))));
        }

        return guests;
    }

    /// <summary>The toolstack writes a node of a guest.</summary>
    public Task RenameAsync(StoreSession guest, string name, CancellationToken cancel) => PutAsync($"/local/domain/{guest.Self}/name", name, cancel);

    /// <summary>The toolstack, the hotplug script or netback writes a node of a guest's vif.</summary>
    public Task PutVifAsync(StoreSession guest, string node, string value, CancellationToken cancel) =>
        PutAsync($"{StoreNames.VifsOf(guest.Self)}/0/{node}", value, cancel);

    /// <summary>
    /// Waits until the announcer has worked off all that happened. It looks at a guest once a round, so each of these marks that it is
    /// seen to read is of another round. The first it may read before it takes the event in, on account of an older one. With
    /// the second all events before the first are taken in, and before the third they are worked off. Some were domains, whose new
    /// watches fire; those are taken in with the third, and worked off before the fourth.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 4; i++)
        {
            string mark = InternetAddress.FromIPv4(++_marks).ToString();
            await PutVifAsync(_marker, "ip", mark, cancel);
            while (Announcer.LastUncounted != mark)
            {
                if (Stopwatch.GetElapsedTime(start) > Limit)
                {
                    throw new TimeoutException("The announcer does not come to rest.");
                }

                await Task.Delay(1, cancel);
            }
        }
    }

    /// <summary>Everything that a guest was told, as nodes and as bytes of paths and values.</summary>
    public async Task<(int Nodes, int Bytes)> MeasureAsync(StoreSession guest, CancellationToken cancel)
    {
        string path = StoreNames.For(guest.Self, StoreNames.Peers);
        (int nodes, int bytes) = (0, 0);
        foreach (string name in (await _toolstack.ListAsync(path, cancel)).Value)
        {
            nodes++;
            bytes += path.Length + 1 + name.Length + (await _toolstack.ReadAsync($"{path}/{name}", cancel)).Value.Length;
        }

        return (nodes, bytes);
    }

    /// <summary>Of each guest that is there the numbers of those of whom it was told.</summary>
    public async Task<Dictionary<DomainId, DomainId[]>> ReadListsAsync(CancellationToken cancel) =>
        (await new GuestSurvey(_toolstack, announcerRuns: true).ReadAsync(cancel)).Where(guest => guest.Id != _marker.Self).ToDictionary(guest => guest.Id, guest => guest.Peers.Keys.ToArray());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _announcer;
        await _marker.Store.DisposeAsync();
        await Announcer.DisposeAsync();
        await _toolstack.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static MacAddress MacOf(ulong instance) => new(0x00163E000000 | instance);

    private static Task<StoreStatus> AdvertiseAsync(StoreSession guest, ulong instance, CancellationToken cancel) =>
        guest.Store.WriteAsync(StoreNames.Advert, new Advert(ProtocolVersions.Ours, 0xA11CE000_00000000 | instance, ChannelFeatures.None, MacOf(instance)).ToBytes(), cancel);

    private async Task<StoreSession> CreateAsync(string name, ulong instance, string bridge, CancellationToken cancel)
    {
        GuestIdentity identity = new(null, name, [new GuestInterface(MacOf(instance), [], bridge)]);
        return await new LocalStoreConnector(_directory, Limit, TimeProvider.System).OpenAsync(identity, null, cancel);
    }

    private Task<StoreStatus> PutAsync(string path, string value, CancellationToken cancel) => _toolstack.WriteAsync(path, Encoding.ASCII.GetBytes(value), cancel);
}
