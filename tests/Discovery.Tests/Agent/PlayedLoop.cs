using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>An agent's loop on a store in memory, turn by turn and on a clock of the test's own; the test plays the announcer and the peers.</summary>
internal sealed class PlayedLoop
{
    private const int PeersPerPage = 10;

    private readonly AgentMailbox _mailbox;
    private readonly AgentContext _context;
    private readonly AgentLoop _loop;
    private ulong _beats;

    public PlayedLoop(int self, AgentOptions options)
    {
        WakeSignal wake = new();
        _mailbox = new AgentMailbox(wake);
        _context = new AgentContext(new MacAddress(1), options, User, Clock, Log, wake) { Self = new DomainId((ushort)self) };
        _loop = new AgentLoop(_context, _mailbox);
        _loop.StoreConnected(Store);
    }

    public MemoryStore Store { get; } = new();

    public ManualClock Clock { get; } = new();

    public LinesLog Log { get; } = new();

    public RecordingUser User { get; } = new();

    public int[] Peers => [.. _loop.Describe().Select(peer => (int)peer.Peer.Id.Value)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public PeerStatus? StatusOf(int peer) => Array.Find(_loop.Describe(), status => status.Peer.Id.Value == peer);

    public string NodeFor(int peer) => StoreNames.ChannelWith(new DomainId((ushort)peer));

    /// <summary>Traffic asks for a channel.</summary>
    public void Request(int peer) => _mailbox.Request(new DomainId((ushort)peer));

    /// <summary>The store was lost, and is back as it was.</summary>
    public void Reconnect()
    {
        _loop.StoreLost();
        Store.Watches.Clear();
        _loop.StoreConnected(Store);
    }

    /// <summary>The announcer lists these, and nobody else; the loop has done what follows from it.</summary>
    public async Task AnnounceAsync(params IEnumerable<int> peers)
    {
        await Store.RemoveAsync(StoreNames.Peers, Cancel);
        int page = 0;
        foreach (int[] part in peers.Where(peer => peer != _context.Self.Value).Chunk(PeersPerPage))
        {
            await Store.WriteAsync(
                StoreNames.PeerPage(page++),
                PeerPage.ToBytes(part.Select(peer => PeerPage.ToEntry(new PeerDomain(new DomainId((ushort)peer), $"g{peer}", [new MacAddress((ulong)peer)], [], (ulong)peer)))),
                Cancel);
        }

        await Store.WriteAsync(StoreNames.Heartbeat, new Heartbeat(++_beats, _context.Instance, TimeSpan.FromHours(1)).ToBytes(), Cancel);
        _loop.Note(new StoreEvent(StoreNames.Heartbeat, StorePresence.HeartbeatToken));
        _loop.Note(new StoreEvent(StoreNames.Peers, StorePresence.PeersToken));

        // Whoever gives up a place does so at the end of a turn, and with it the next.
        await TurnAsync();
        await TurnAsync();
    }

    public Task TurnAsync() => _loop.TurnAsync(Cancel);

    /// <summary>Lets time pass in steps that are short beside all that the loop waits for.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(250);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Clock.Pass(step);
            await TurnAsync();
        }
    }
}
