using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Addresses;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Discovery.Tests;

/// <summary>One agent in this process on the real local platform, with an engine that records.</summary>
public sealed class TestGuest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly CuttableConnector _connector;
    private readonly Task _run;

    public TestGuest(string directory, string name, AgentOptions options, string? bridge = "xenbr0", ushort number = 0, Func<DomainId, IChannelPlatform>? platform = null, int watchesTaken = 0)
    {
        ulong mac = 0x00163e000000UL | name[0];
        GuestIdentity identity = new(
            number == 0 ? null : new DomainId(number),
            name,
            [new GuestInterface(new MacAddress(mac), [InternetAddress.FromIPv4(0x0A000000u | name[0])], bridge)]);
        _connector = new CuttableConnector(new LocalStoreConnector(directory, TimeSpan.FromSeconds(5), TimeProvider.System)) { WatchesTaken = watchesTaken };
        Agent = new DiscoveryAgent(
            _connector,
            platform ?? (self => new LocalChannelPlatform(Path.Combine(directory, LocalHost.GrantsSocketName), self)),
            identity,
            options,
            User,
            TimeProvider.System,
            NullLogger.Instance);
        _run = Task.Run(() => Agent.RunAsync(_stop.Token));
    }

    public RecordingUser User { get; } = new();

    public DiscoveryAgent Agent { get; }

    public DomainId Id => Agent.Self;

    /// <summary>Waits for a condition on what the agent's own loop changes.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Never happened: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public PeerStatus? StatusOf(TestGuest peer) => Agent.Status().FirstOrDefault(status => status.Peer.Id == peer.Id);

    public Task SeesAsync(TestGuest peer) => UntilAsync(
        () => User.Domains.Peers.ContainsKey(peer.Id) && StatusOf(peer) is { Announced: true },
        $"{Id} sees {peer.Id}");

    public Task LosesSightOfAsync(DomainId peer) => UntilAsync(() => !User.Domains.Peers.ContainsKey(peer), $"{Id} no longer sees {peer}");

    /// <summary>Asks for a channel as traffic does, packet after packet, until both ends have it.</summary>
    public Task ConnectAsync(TestGuest peer) => UntilAsync(
        () =>
        {
            Agent.RequestChannel(peer.Id);
            return User.ChannelTo(peer.Id) is not null && peer.User.ChannelTo(Id) is not null;
        },
        $"{Id} connects to {peer.Id}");

    /// <summary>Sends a record through the channel and takes it out at the other end.</summary>
    public unsafe void AssertCarriesTo(TestGuest peer, uint tag)
    {
        Channel here = User.ChannelTo(peer.Id)!;
        Channel there = peer.User.ChannelTo(Id)!;
        Assert.True(here.Outbound.TryReserve(4, out byte* payload));
        *(uint*)payload = ~tag;
        here.Outbound.Commit(4, tag);
        here.Outbound.Publish();
        Assert.Equal(RingStatus.Ready, there.Inbound.TryRead(out byte* received, out int length, out uint receivedTag));
        Assert.Equal(4, length);
        Assert.Equal(tag, receivedTag);
        Assert.Equal(~tag, *(uint*)received);
        there.Inbound.Advance();
        there.Inbound.Release();
    }

    /// <summary>Cuts the store's connection under the agent, as a server that throws it out does.</summary>
    public Task CutStoreAsync() => _connector.CutAsync();

    /// <summary>What the agent sees of a save and restore.</summary>
    public void Restore() => _connector.Restore();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Agent.DisposeAsync();
        _stop.Dispose();
    }
}
