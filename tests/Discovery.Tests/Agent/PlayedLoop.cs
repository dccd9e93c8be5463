using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>An agent's loop on a store in memory, turn by turn and on a clock of the test's own; the test plays the announcer and the peers.</summary>
internal sealed class PlayedLoop
{
    private const int PeersPerPage = 10;

    /// <summary>Turns that may follow each other without an input: more are a loop that never rests.</summary>
    private const int MostTurns = 20;

    private readonly WakeSignal _wake = new();
    private readonly AgentMailbox _mailbox;
    private readonly AgentContext _context;
    private readonly AgentLoop _loop;
    private ulong _beats;

    public PlayedLoop(int self, AgentOptions options)
    {
        _mailbox = new AgentMailbox(_wake);
        _context = new AgentContext(new MacAddress(1), options, User, Clock, Log, _wake) { Self = new DomainId((ushort)self), Platform = Platform };
        _loop = new AgentLoop(_context, _mailbox);
        _loop.StoreConnected(Store);
    }

    public MemoryStore Store { get; } = new();

    public NumbersPlatform Platform { get; } = new();

    /// <summary>Numbers that are another domain's than at first: how often they are.</summary>
    public Dictionary<int, uint> Lives { get; } = [];

    public ManualClock Clock { get; } = new();

    public LinesLog Log { get; } = new();

    public RecordingUser User { get; } = new();

    /// <summary>What the announcer says of us, on the last page; null: nothing.</summary>
    public InternetAddress? OwnAddress { get; set; }

    public int[] Peers => [.. _loop.Describe().Select(peer => (int)peer.Peer.Id.Value)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public PeerStatus? StatusOf(int peer) => Array.Find(_loop.Describe(), status => status.Peer.Id.Value == peer);

    public string NodeFor(int peer) => StoreNames.ChannelWith(new DomainId((ushort)peer));

    /// <summary>The peer's side of the channel.</summary>
    public string NodeOf(int peer) => StoreNames.For(new DomainId((ushort)peer), StoreNames.ChannelWith(_context.Self));

    /// <summary>The peer has changed its node.</summary>
    public void NoteNode(int peer) => _loop.Note(new StoreEvent(NodeOf(peer), $"{StoreEvent.NodeToken}{new DomainId((ushort)peer)}"));

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
                PeerPage.ToBytes(part.Select(peer => PeerPage.ToEntry(new PeerDomain(new DomainId((ushort)peer), $"g{peer}", [new MacAddress((ulong)peer)], [], (ulong)peer, Lives.GetValueOrDefault(peer))))),
                Cancel);
        }

        if (OwnAddress is { } own)
        {
            await Store.WriteAsync(
                StoreNames.PeerPage(page),
                PeerPage.ToBytes([PeerPage.ToEntry(new PeerDomain(_context.Self, "us", [], [own], 1))]),
                Cancel);
        }

        await Store.WriteAsync(StoreNames.Heartbeat, new Heartbeat(++_beats, _context.Instance, TimeSpan.FromHours(1)).ToBytes(), Cancel);
        _loop.Note(new StoreEvent(StoreNames.Heartbeat, StorePresence.HeartbeatToken));
        _loop.Note(new StoreEvent(StoreNames.Peers, StorePresence.PeersToken));

        await TurnAsync();
    }

    /// <summary>A turn for what came in, and those that the loop itself asks for.</summary>
    public async Task TurnAsync()
    {
        await _loop.TurnAsync(Cancel);
        await SettleAsync();
    }

    /// <summary>Lets time pass in steps that are short beside all that the loop waits for. Nothing comes in; there are turns when the loop has said so.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(250);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Clock.Pass(step);
            await SettleAsync();
        }
    }

    private async Task SettleAsync()
    {
        for (int turns = 0; IsWoken() || _loop.Due() <= _context.Now; turns++)
        {
            Assert.True(turns < MostTurns, "The loop does not come to rest.");
            await _loop.TurnAsync(Cancel);
        }
    }

    private bool IsWoken()
    {
        using CancellationTokenSource now = new();
        Task woken = _wake.WaitAsync(now.Token);
        now.Cancel();
        return woken.IsCompletedSuccessfully;
    }
}
