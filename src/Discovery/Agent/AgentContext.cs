using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the agent's parts share within its one loop.</summary>
internal sealed class AgentContext(MacAddress mac, AgentOptions options, IChannelUser user, TimeProvider clock, ILogger log, WakeSignal wake)
{
    private readonly long _started = clock.GetTimestamp();

    /// <summary>Ethernet address of the interface that is served.</summary>
    public MacAddress Mac { get; } = mac;

    /// <summary>Times and limits.</summary>
    public AgentOptions Options { get; } = options;

    /// <summary>The forwarder.</summary>
    public IChannelUser User { get; } = user;

    /// <summary>The log, for people.</summary>
    public ILogger Log { get; } = log;

    /// <summary>The signal that wakes the loop.</summary>
    public WakeSignal Wake { get; } = wake;

    /// <summary>Time since the agent was made; never goes back.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_started);

    /// <summary>Number of this life of the agent in this life of the domain: peers let go of what belongs to another.</summary>
    public ulong Instance { get; private set; } = RandomNumber.Next();

    /// <summary>Our domain number; meaningful while <see cref="Platform"/> is there.</summary>
    public DomainId Self { get; set; }

    /// <summary>Pages and doorbells for <see cref="Self"/>.</summary>
    public IChannelPlatform? Platform { get; set; }

    /// <summary>The store; null while it is away.</summary>
    public IStore? Store { get; set; }

    /// <summary>True if the store has not answered a request of this turn in time: none of our nodes is written or removed in this turn any more, or each would wait as long.</summary>
    public bool StoreStandsStill { get; set; }

    /// <summary>Begins a new life after a restore: with another instance, so that nobody takes us for whom it knew.</summary>
    public void BeginNewLife() => Instance = RandomNumber.Next();

    /// <summary>Announced peers whose channel with us we would allocate.</summary>
    public int PeersToServe { get; set; }

    /// <summary>Set when no pages were left for a channel; the loop takes it back when it has made room.</summary>
    public bool PagesWanted { get; set; }

    /// <summary>The time until which channels without traffic should be closed for their pages, and none may grow.</summary>
    public TimeSpan ShortOfPagesUntil { get; set; }

    /// <summary>Completes when everything that <see cref="Aside"/> was told to give back has been given back.</summary>
    public Task GivenBack { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Runs <paramref name="give"/> outside of the loop, one after the other: a PVH guest's kernel warns of each page whose mapping did not
    /// survive a restore (gntdev.c, __unmap_grant_pages_done), which takes seconds, and nothing in the new life need wait for that.
    /// </summary>
    public void Aside(Action give)
    {
        Task before = GivenBack;
        GivenBack = Task.Run(async () =>
        {
            await before.ConfigureAwait(false);
            give();
        });
    }

    /// <summary>A moment of <see cref="Now"/>'s clock as the time of day, for people.</summary>
    public DateTimeOffset ToWallClock(TimeSpan moment) => clock.GetUtcNow() + (moment - Now);
}
