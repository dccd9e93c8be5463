using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Agents whose platform lends few pages, on a real local host.</summary>
public sealed class ScarcePagesTests : IAsyncLifetime
{
    /// <summary>One channel with rings of 128 KB, or two of 64 KB with eight to spare.</summary>
    private const int Limit = 74;

    private static readonly AgentOptions Options = new()
    {
        RingBytes = 1024 * 1024,
        BackOffMinimum = TimeSpan.FromMilliseconds(50),
        BackOffMaximum = TimeSpan.FromMilliseconds(400),
        ResizeInterval = TimeSpan.Zero,
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<TestGuest> _guests = [];
    private readonly CancellationTokenSource _stopHost = new();
    private ScarcePlatform? _platform;
    private Task _host = Task.CompletedTask;

    public ValueTask InitializeAsync()
    {
        LocalHost host = new(_directory.Path, new AnnouncerOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger.Instance);
        _host = Task.Run(() => host.RunAsync(_stopHost.Token));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestGuest guest in _guests)
        {
            await guest.DisposeAsync();
        }

        await _stopHost.CancelAsync();
        await _host.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        _stopHost.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_only_peer_gets_all_and_a_second_one_an_equal_share()
    {
        TestGuest listener = await StartScarceAsync();
        TestGuest first = await StartAsync("b", 2);
        await listener.SeesAsync(first);
        await first.ConnectAsync(listener);
        Assert.Equal(128 * 1024, RingBytes(listener, first));

        // The second finds no pages left: the first gives half of its own back, and both carry.
        TestGuest second = await StartAsync("c", 3);
        await listener.SeesAsync(second);
        await second.ConnectAsync(listener);
        Assert.Equal(64 * 1024, RingBytes(listener, second));
        await first.ConnectAsync(listener);
        Assert.Equal(64 * 1024, RingBytes(listener, first));
        first.AssertCarriesTo(listener, 1);
        second.AssertCarriesTo(listener, 2);
    }

    [Fact]
    public async Task A_busy_channel_grows_when_others_leave_pages()
    {
        TestGuest listener = await StartScarceAsync(limit: 300);
        TestGuest first = await StartAsync("b", 2);
        TestGuest second = await StartAsync("c", 3);
        TestGuest third = await StartAsync("d", 4);
        foreach (TestGuest peer in (TestGuest[])[first, second, third])
        {
            await listener.SeesAsync(peer);
        }

        await first.ConnectAsync(listener);
        Assert.Equal(128 * 1024, RingBytes(listener, first));
        listener.Agent.ReportBusy(first.Id);
        await TestGuest.UntilAsync(() => listener.User.ChannelTo(first.Id) is null, "the channel is let go");
        await first.ConnectAsync(listener);
        Assert.Equal(256 * 1024, RingBytes(listener, first));
        Assert.Equal(0, listener.User.HardReleases);
        first.AssertCarriesTo(listener, 3);

        // As much as it may take: being busy changes nothing any more.
        Channel before = listener.User.ChannelTo(first.Id)!;
        listener.Agent.ReportBusy(first.Id);
        await second.ConnectAsync(listener);
        Assert.Same(before, listener.User.ChannelTo(first.Id));
    }

    [Fact]
    public async Task Refusal_is_told_and_remembered_until_pages_are_back()
    {
        TestGuest listener = await StartScarceAsync();
        _platform!.Others = Limit;
        TestGuest first = await StartAsync("b", 2);
        await listener.SeesAsync(first);
        await TestGuest.UntilAsync(
            () =>
            {
                first.Agent.RequestChannel(listener.Id);
                return listener.StatusOf(first)!.LastFailure.Contains("pages left", StringComparison.Ordinal) && listener.Agent.ShortOfPages;
            },
            "the refusal shows in the status");
        Assert.Null(listener.User.ChannelTo(first.Id));
        _platform.Others = 0;
        await first.ConnectAsync(listener);
        first.AssertCarriesTo(listener, 4);
    }

    private static int RingBytes(TestGuest listener, TestGuest peer) => listener.User.ChannelTo(peer.Id)!.Link.RingBytes;

    private Task<TestGuest> StartScarceAsync(int limit = Limit) => StartAsync(
        "a",
        1,
        self => _platform = new ScarcePlatform(Path.Combine(_directory.Path, LocalHost.GrantsSocketName), self, limit));

    private async Task<TestGuest> StartAsync(string name, ushort number, Func<DomainId, IChannelPlatform>? platform = null)
    {
        TestGuest guest = new(_directory.Path, name, Options, number: number, platform: platform);
        _guests.Add(guest);
        await guest.Agent.Introduced.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return guest;
    }
}
