using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Discovery.Tests;

/// <summary>Events without end, as a guest can make them by writing a node of its own again and again, at a moment that does not pass.</summary>
public sealed class EventFloodTests : IAsyncDisposable
{
    /// <summary>Some more than one event for each turn may be there where this process is kept waiting.</summary>
    private const int Slack = 20;

    private readonly ManualClock _clock = new();
    private readonly MemoryStore _store = new();
    private int _asked;

    public EventFloodTests() => _store.NextEvent = async cancel =>
    {
        Interlocked.Increment(ref _asked);
        await Task.Delay(1, cancel);
        return new StoreEvent("some/node", "some token");
    };

    [Fact]
    public async Task An_agent_takes_them_at_a_pace()
    {
        GuestIdentity identity = new(null, "a", [new GuestInterface(new MacAddress(1), [], null)]);
        await using DiscoveryAgent agent = new(
            new Connector(_store), self => new LocalChannelPlatform("nowhere", self), identity, new AgentOptions(), new RecordingUser(), _clock, NullLogger.Instance);
        await AssertPacedAsync(agent.RunAsync, free: 50);
    }

    [Fact]
    public async Task An_announcer_takes_them_at_a_pace()
    {
        Announcer announcer = new(_store, new AnnouncerOptions(), _clock, NullLogger.Instance);
        await AssertPacedAsync(announcer.RunAsync, free: 100);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task AssertPacedAsync(Func<CancellationToken, Task> run, int free)
    {
        using CancellationTokenSource stop = new();
        Task running = run(stop.Token);
        await TestGuest.UntilAsync(() => Volatile.Read(ref _asked) > free, "the free events are taken");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.InRange(Volatile.Read(ref _asked), free + 1, free + Slack);
        int before = Volatile.Read(ref _asked);
        _clock.Pass(TimeSpan.FromMilliseconds(10));
        await TestGuest.UntilAsync(() => Volatile.Read(ref _asked) > before, "one more is taken when its time has come");
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private sealed class Connector(IStore store) : IStoreConnector
    {
        public Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel) =>
            Task.FromResult(new StoreSession(store, new DomainId(7), DomainLife.Endless));
    }
}
