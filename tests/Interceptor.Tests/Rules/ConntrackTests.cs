using System.Net;
using System.Net.Sockets;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class ConntrackTests
{
    [Fact]
    public void WhereNothingTracksTheRulesArePlain()
    {
        using var lab = new RuleLab();
        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers));
        Assert.Equal(RuleForm.Plain, installed.Decision.Form);
        lab.In(() => Send(3));
        Assert.Equal("0", lab.Run("cat /proc/sys/net/netfilter/nf_conntrack_count").Trim());
    }

    [Theory]
    [InlineData("iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "iptables-nft")]
    [InlineData("iptables-legacy -A INPUT -m state --state ESTABLISHED -j ACCEPT", "iptables-legacy")]
    [InlineData("iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE", "iptables-legacy")]
    [InlineData("nft add table inet f; nft add chain inet f i { type filter hook input priority 0 ; }; nft add rule inet f i ct state established accept", "nftables")]
    public void WhereAFirewallTracksSoDoTheRulesAndTheReasonNamesIt(string firewall, string named)
    {
        using var lab = new RuleLab();
        Array.ForEach(firewall.Split("; nft").Select((line, i) => i == 0 ? line : "nft" + line).ToArray(), line => lab.Run(line));
        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers));
        Assert.Equal(RuleForm.Conntrack, installed.Decision.Form);
        Assert.Contains(named, installed.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void EntriesAreEnoughOfASign()
    {
        using var lab = new RuleLab();
        lab.Run("iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT");
        lab.In(() => Send(1));
        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers));
        Assert.Contains("the kernel tracks connections here", installed.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AFirewallThatComesLaterIsNoticed()
    {
        using var lab = new RuleLab();
        RuleInstaller installer = RuleLab.Installer();
        lab.In(() => installer.Install("eth0", RuleLab.Peers));
        Assert.False(lab.In(installer.Verify));
        lab.Run("iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT");
        Assert.True(lab.In(installer.Verify));
        Assert.Equal(RuleForm.Conntrack, installer.Current!.Decision.Form);
        Assert.True(lab.In(installer.Show).Single().State.IsExactly(StandingExceptions.For(RuleForm.Conntrack), CaptureRule.For("eth0", RuleLab.Peers, RuleForm.Conntrack)));
        Assert.False(lab.In(installer.Verify));
    }

    [Fact]
    public void OurOwnRulesOfAnEarlierRunAreNoSignOfAFirewall()
    {
        using var lab = new RuleLab();
        lab.In(() => RuleLab.Installer("nft", RuleForm.Conntrack).Install("eth0", RuleLab.Peers));
        lab.In(() => Send(2));
        Assert.NotEqual("0", lab.Run("cat /proc/sys/net/netfilter/nf_conntrack_count").Trim(), StringComparer.Ordinal);
        Assert.Equal(RuleForm.Plain, lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers)).Decision.Form);
    }

    /// <summary>What the form is for: the first packet of a connection, and all of a translated one, are left to the standard path.</summary>
    [Theory]
    [InlineData("nft", false, 2)]
    [InlineData("legacy", false, 2)]
    [InlineData("nft", true, 0)]
    [InlineData("legacy", true, 0)]
    public void OfThreePacketsTheConfirmedAndUntranslatedAreTaken(string backend, bool translated, long taken)
    {
        using var lab = new RuleLab();
        lab.Namespace.Configure("neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev eth0");
        lab.In(() => RuleLab.Installer(backend, RuleForm.Conntrack).Install("eth0", RuleLab.Peers));
        if (translated)
        {
            lab.Run($"iptables-{backend} -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 10.9.0.77");
        }

        lab.In(() => Send(3));
        Assert.Equal(taken, CountOf(lab, backend));
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void PlainRulesTakeEveryPacketButThoseOfLongerExceptions(string backend)
    {
        using var lab = new RuleLab();
        lab.Namespace.Configure("neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev eth0");
        lab.In(() =>
        {
            RuleInstaller installer = RuleLab.Installer(backend, RuleForm.Plain);
            installer.Install("eth0", [RuleLab.Target("10.9.0.0/24", 3)]);
            Send(3);
            Assert.Equal(3, CountOf(lab, backend));
            installer.Update("eth0", [RuleLab.Target("10.9.0.0/24", 3), RuleLab.Target("10.9.0.2", 0, captured: false)]);
            Send(3);
            Assert.Equal(0, CountOf(lab, backend));
        });
    }

    /// <summary>Nobody listens on the queues, so what is taken passes by --queue-bypass and is counted all the same.</summary>
    private static void Send(int packets)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Parse("10.9.0.2"), 9));
        for (int i = 0; i < packets; i++)
        {
            Assert.Equal(4, socket.Send("ping"u8));
        }
    }

    private static long CountOf(RuleLab lab, string backend) => lab.Run($"iptables-{backend}-save -c -t mangle")
        .Split('\n')
        .Where(line => line.Contains("-j NFQUEUE", StringComparison.Ordinal))
        .Sum(line => long.Parse(line[1..line.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture));
}
