using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>Both guests refuse whatever is not permitted, drop what connection tracking calls invalid, and count.</summary>
public sealed partial class DefaultDenyTests(SetupTable table)
{
    private const int Open = 7001;
    private const int Counted = 7002;
    private const int Closed = 7003;
    private const int Datagrams = 500;
    private const long Length = 64 * Limits.MiB;

    private static readonly string s_nft = $$"""
        table inet guard {
            chain input {
                type filter hook input priority 0; policy drop;
                iifname "lo" accept
                ct state invalid counter drop comment "invalid"
                ct state established,related counter accept
                iifname "eth0" tcp dport {{Open}} ct state new counter accept
                iifname "eth0" udp dport {{Counted}} counter accept comment "counted"
                icmp type echo-request accept
                counter log prefix "refused " drop comment "refused"
            }
            chain output {
                type filter hook output priority 0; policy accept;
                ct state invalid counter drop comment "invalid"
                udp dport {{Counted}} counter comment "counted"
            }
        }

        """;

    private static readonly string s_iptables = $"""
        *filter
        :INPUT DROP [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -m conntrack --ctstate INVALID -m comment --comment invalid -j DROP
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT -i eth0 -p tcp -m tcp --dport {Open} -m conntrack --ctstate NEW -j ACCEPT
        -A INPUT -i eth0 -p udp -m udp --dport {Counted} -m comment --comment counted -j ACCEPT
        -A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
        -A INPUT -m comment --comment refused -j LOG --log-prefix "refused "
        -A OUTPUT -m conntrack --ctstate INVALID -m comment --comment invalid -j DROP
        -A OUTPUT -p udp -m udp --dport {Counted} -m comment --comment counted -j ACCEPT
        COMMIT

        """;

    [Theory]
    [InlineData("nft", 1)]
    [InlineData("iptables", 2)]
    public void Only_what_is_permitted_gets_in_and_counters_are_exact(string form, int reversePath)
    {
        using SetupRow row = table.Begin($"default-deny stateful firewall, {form}, both ends; rp_filter {reversePath}");
        using var scene = new Scene(host =>
        {
            foreach (Guest guest in host.Guests)
            {
                Load(guest, form);
                guest.SetKernelParameter("net/ipv4/conf/all/rp_filter", reversePath.ToString(CultureInfo.InvariantCulture));
                guest.SetKernelParameter("net/ipv4/conf/eth0/rp_filter", reversePath.ToString(CultureInfo.InvariantCulture));
            }
        });

        PathMeter path = scene.Watch(scene.A, scene.B);
        using (var stream = new TcpStream(scene.A, scene.B, Open, Length))
        {
            stream.Complete(Limits.Transfer);
            Assert.All(scene.Host.Guests, guest => Assert.Contains("[ASSURED]", ConnectionTracking.Entries(guest, Open), StringComparison.Ordinal));
        }

        path.AssertFast(Length);
        using (var datagrams = new UdpStream(scene.A, scene.B, Counted, length: 1000, rate: 5000, limit: Datagrams))
        {
            UdpReport report = datagrams.Complete();
            Assert.Equal((Datagrams, 0L, 0L), (report.Received, report.Repeated, report.Damaged));
        }

        Assert.Equal((Datagrams, Datagrams), (Count(scene.A, form, "counted"), Count(scene.B, form, "counted")));
        Assert.Equal(0, Count(scene.B, form, "refused"));
        using (var refused = new UdpStream(scene.A, scene.B, Closed, length: 100, rate: 1000, limit: 20))
        {
            Assert.Equal(0, refused.Complete().Received);
        }

        Assert.Equal(20, Count(scene.B, form, "refused"));
        Assert.All(scene.Host.Guests, guest =>
        {
            Assert.Equal(0, Count(guest, form, "invalid"));
            Assert.Equal(0, ConnectionTracking.Invalid(guest));
        });
        row.Conclude("fast", scene.Colony[scene.A].Status().Standard[0], "TCP every byte, assured on both ends; 500 datagrams counted 500 times by each end's own rules; 20 refused ones counted; none invalid");
    }

    /// <summary>Rules of POSTROUTING that somebody adds behind XenLoop's must hold for captured packets, too.</summary>
    [Fact]
    public void A_rule_that_is_added_behind_ours_holds()
    {
        using SetupRow row = table.Begin("DROP rule added to mangle POSTROUTING while running");
        using var scene = new Scene();
        int port = Ports.Next();
        scene.A.Run("iptables", "-t", "mangle", "-A", "POSTROUTING", "-p", "udp", "--dport", $"{port}", "-j", "DROP").Checked();
        Wait.Until(() => scene.A.Run("iptables", "-t", "mangle", "-S", "POSTROUTING").Output.TrimEnd().EndsWith("-j XENLOOP", StringComparison.Ordinal), Limits.Change, "xenloop's rule to be the last again");
        scene.WaitForFastPath(scene.A, scene.B);
        using Socket sender = GuestSockets.BindUdp(scene.A, 0);
        for (int i = 0; i < 20; i++)
        {
            // The kernel tells the sender of a packet that a rule dropped; of one that XenLoop took it would not.
            SocketException refused = Assert.Throws<SocketException>(() => sender.SendTo(new byte[100], new IPEndPoint(scene.B.Address, port)));
            Assert.Equal(SocketError.AccessDenied, refused.SocketErrorCode);
        }

        row.Conclude("fast", "", "what the rule forbids is refused before it is captured");
    }

    private static void Load(Guest guest, string form) => Command.Run(
        guest.Namespace.Wrap(form == "nft" ? ["nft", "-f", "-"] : ["iptables-restore", "--noflush"]),
        form == "nft" ? s_nft : s_iptables).Checked();

    /// <summary>Packets counted by the rules with a comment.</summary>
    private static long Count(Guest guest, string form, string comment)
    {
        string listing = form == "nft" ? guest.Run("nft", "list", "table", "inet", "guard").Checked().Output : guest.Run("iptables-save", "-c", "-t", "filter").Checked().Output;
        return listing.Split('\n')
            .Where(line => line.Contains($"comment {comment}", StringComparison.Ordinal) || line.Contains($"comment \"{comment}\"", StringComparison.Ordinal))
            .Sum(line => long.Parse(Packets().Match(line).Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"(packets |^\[)(?<count>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Packets();
}
