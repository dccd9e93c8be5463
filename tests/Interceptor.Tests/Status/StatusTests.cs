using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Status;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Status;

public sealed class StatusTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PeerDomain Peer = new(new DomainId(7), "web", [new MacAddress(0x00163E000007)], [InternetAddress.FromIPv4(0x0A000007)], 1);

    [Fact]
    public void Prints_an_agent_and_its_peers()
    {
        var peer = new PeerReport(
            7, "web", "connected", "fast", "", ["00:16:3e:00:00:07"], [], ["10.0.0.7/32"], 7007, 524288,
            new SentReport(10, 15 * 1024, 3, 2, 40, 50),
            new ReceivedReport(20, 1536L * 1024 * 1024, 4, 5, 1),
            new Dictionary<string, ulong>(StringComparer.Ordinal) { ["no-channel"] = 5, ["truncated"] = 0, ["udp-gso"] = 1 },
            new Dictionary<string, ulong>(StringComparer.Ordinal) { ["malformed"] = 0 });
        string expected =
            """
            db: domain 3 on eth0 (TAP xl0), platform local, up 1.02:03:04
              announcer  alive, last sign 1.5 s ago
              rules      nft, conntrack: a firewall is loaded
              standard   what leaves by eth1: xenloop serves eth0
              offload    on
              memory     20 MB resident, 1 collections
              peer 7 web: connected, fast path
                reaches    10.0.0.7/32
                sent       10 packets, 15 KB, 3 doorbells, 2 holds (40 ms), ring 50 % of 512 KB
                received   20 packets, 1.5 GB, 4 doorbells
                standard   5 no-channel, 1 udp-gso

            """;
        Assert.Equal(expected, Print(Report(peer)));
    }

    [Fact]
    public void Prints_an_agent_without_peers() =>
        Assert.EndsWith("  no co-resident peers\n", Print(Report()), StringComparison.Ordinal);

    [Theory]
    [InlineData(false, true, 30.0, "silent; connected channels go on")]
    [InlineData(false, true, null, "leaves this guest out")]
    [InlineData(false, false, 30.0, "the store does not answer")]
    public void Prints_what_is_wrong_with_the_announcer(bool alive, bool store, double? age, string words) =>
        Assert.Contains(words, Print(Report() with { Announcer = new AnnouncerReport(alive, age, store) }), StringComparison.Ordinal);

    [Fact]
    public void A_peer_that_is_kept_away_is_in_backoff()
    {
        PeerStatus status = Known with { BackOffUntil = Now.AddSeconds(1), LastFailure = "it broke the protocol" };
        PeerReport report = StatusReporter.Peer(status, null, DestinationPlan.Empty, "", Now);
        Assert.Equal(("backoff", "standard", "it broke the protocol"), (report.State, report.Path, report.Reason));
        Assert.Equal("idle", StatusReporter.Peer(status, null, DestinationPlan.Empty, "", Now.AddSeconds(2)).State);
    }

    [Fact]
    public void A_connected_peer_for_which_nothing_is_captured_is_on_the_standard_path()
    {
        PeerStatus connected = Known with { State = NegotiationState.Connected, LastFailure = "idle" };
        PeerReport report = StatusReporter.Peer(connected, null, DestinationPlan.Empty, "eth0 is down", Now);
        Assert.Equal(("connected", "standard", "eth0 is down"), (report.State, report.Path, report.Reason));
        Assert.Equal("eth0 is down; idle", StatusReporter.Peer(Known with { LastFailure = "idle" }, null, DestinationPlan.Empty, "eth0 is down", Now).Reason);
    }

    [Fact]
    public void The_process_reports_real_figures()
    {
        ProcessReport report = StatusReporter.Process();
        Assert.True(report is { ResidentBytes: > 1 << 20, AllocatedBytes: > 0, Threads: > 0 });
    }

    private static PeerStatus Known { get; } = new(Peer, NegotiationState.Idle, Now, ChannelRole.Listener, 0, null, 0, "", Announced: true);

    private static StatusReport Report(params PeerReport[] peers) => new(
        "0.1.0", "db", 3, "local", "eth0", "xl0", true, 93784,
        new AnnouncerReport(true, 1.5, true),
        new ProcessReport(20 << 20, 1, 1000, 9),
        new RulesReport("nft", "conntrack", "a firewall is loaded"),
        ["what leaves by eth1: xenloop serves eth0"],
        peers);

    private static string Print(StatusReport report)
    {
        using var output = new StringWriter { NewLine = "\n" };
        StatusPrinter.Print([report], output);
        return output.ToString();
    }
}
