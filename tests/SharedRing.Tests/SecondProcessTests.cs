using System.Diagnostics;
using System.Globalization;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Peer;

namespace XenLoop.SharedRing.Tests;

/// <summary>The other end of the channel lives in a process of its own (tests/SharedRing.Peer).</summary>
public sealed class SecondProcessTests : IDisposable
{
    private const ulong Nonce = 0x1234_5678_9ABC_DEF0;
    private readonly LocalHost _host = new();
    private Process? _peer;

    [Theory]
    [InlineData(4096, 30_000)]
    [InlineData(65_536, 30_000)]
    [InlineData(1 << 20, 30_000)]
    public async Task RecordsOfAllSizesCrossInBothDirections(int ringBytes, long records)
    {
        using Channel channel = Start(ringBytes, seed: 11, peerSends: records, peerExpects: records + 1);
        StressEnd end = new(channel, 11);
        StressOutcome outcome = end.Exchange(records + 1, records);
        string peer = await _peer!.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _peer.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.SendDiagnosticMessage($"{ringBytes} bytes: {outcome}, {end.Counts}; peer: {peer}");
        Assert.Equal(StressOutcome.Complete, outcome);
        Assert.StartsWith("Complete", peer, StringComparison.Ordinal);
        Assert.Equal(records, end.Received);
        RingCounts theirs = RingCounts.Parse(peer);
        Assert.True(end.Counts.RangOnlyAsAskedBy(theirs), $"Rang {end.Counts}; peer: {theirs}");
        Assert.True(theirs.RangOnlyAsAskedBy(end.Counts), $"The peer rang {theirs}; we: {end.Counts}");
    }

    [Fact]
    public void AKilledPeerIsSeenAsGone()
    {
        using Channel channel = Start(65_536, seed: 12, peerSends: long.MaxValue, peerExpects: long.MaxValue);
        StressEnd end = new(channel, 12);
        using CancellationTokenSource stop = new();
        Thread killer = new(() =>
        {
            SpinWait.SpinUntil(() => end.Received > 5000 || stop.IsCancellationRequested);
            _peer!.Kill();
        });
        killer.Start();
        StressOutcome outcome = end.Exchange(long.MaxValue, long.MaxValue);
        stop.Cancel();
        killer.Join();
        Assert.Equal(StressOutcome.PeerGone, outcome);
        Assert.True(channel.PeerGone);
        Assert.True(end.Received > 5000);
    }

    [Fact]
    public async Task ABrokerThatEndsDisturbsNobody()
    {
        const long records = 20_000;
        using Channel channel = Start(65_536, seed: 13, peerSends: records, peerExpects: records);
        StressEnd end = new(channel, 13);
        Task breaking = Task.Run(
            () =>
            {
                SpinWait.SpinUntil(() => end.Received > 1000, StressEnd.PatienceMilliseconds);
                _host.StopBroker();
                _host.StartBroker();
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(StressOutcome.Complete, end.Exchange(records, records));
        await breaking;
    }

    public void Dispose()
    {
        if (_peer is { HasExited: false })
        {
            _peer.Kill();
        }

        _peer?.WaitForExit();
        _peer?.Dispose();
        _host.Dispose();
    }

    /// <summary>Offers a channel, starts the peer, which maps it, and returns our end.</summary>
    private Channel Start(int ringBytes, ulong seed, long peerSends, long peerExpects)
    {
        LocalChannelPlatform platform = _host.Domain(1);
        Channel channel = Channel.Listen(platform.Offer(new DomainId(2), ringBytes, out ChannelOffer offer), Nonce);
        object[] arguments = [typeof(StressEnd).Assembly.Location, _host.SocketPath, 2, 1, offer.DescriptorGrant, Nonce, seed, peerSends, peerExpects];
        ProcessStartInfo start = new(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _peer = Process.Start(start) ?? throw new InvalidOperationException("The peer did not start.");
        return channel;
    }
}
