namespace XenLoop.Interceptor.Rules;

/// <summary>The rules that stand in front of all captures: what must not be taken, whoever it is for. As iptables-save prints them.</summary>
internal static class StandingExceptions
{
    /// <summary>
    /// The rule that spares what IPsec is about to encrypt. Such a packet passes POSTROUTING twice: first as it is (xfrm4_output in
    /// net/ipv4/xfrm4_output.c), and taken there it would reach the peer in the clear; then encrypted, and that may be taken.
    /// </summary>
    public const string Ipsec = $"-A {RuleText.Chain} -m policy --dir out --pol ipsec -m comment --comment \"xenloop ipsec\" -j RETURN";

    /// <summary>
    /// The rule that spares TCP connections that the kernel's helpers read to find out which others belong to them: FTP, H.323, PPTP, SIP, SANE, IRC. They look behind mangle
    /// (NF_IP_PRI_CONNTRACK_HELPER), and no match tells which connections have one.
    /// </summary>
    public const string TcpHelpers = $"-A {RuleText.Chain} -p tcp -m multiport --ports 21,1720,1723,5060,6566,6667 -m comment --comment \"xenloop helpers\" -j RETURN";

    /// <summary>The rule that spares UDP that the kernel's helpers read: TFTP, NetBIOS, SNMP, H.323, SIP, Amanda.</summary>
    public const string UdpHelpers = $"-A {RuleText.Chain} -p udp -m multiport --ports 69,137,161,1719,5060,10080 -m comment --comment \"xenloop helpers\" -j RETURN";

    /// <summary>The rule that spares all TCP: where SYNPROXY answers for local servers, what they say has to pass it, behind mangle (ipv4_synproxy_hook).</summary>
    public const string SynProxy = $"-A {RuleText.Chain} -p tcp -m comment --comment \"xenloop synproxy\" -j RETURN";

    private static readonly string[] All = [Ipsec, TcpHelpers, UdpHelpers, SynProxy];

    /// <summary>True if this kernel can do IPsec at all; one that cannot may not have the match either.</summary>
    public static bool NeedsIpsec { get; } = File.Exists("/proc/sys/net/core/xfrm_acq_expires");

    /// <summary>The exceptions that captures of a form need, in their order.</summary>
    /// <param name="form">The form of the rules that follow.</param>
    /// <param name="sparesTcp">True if SYNPROXY is in use.</param>
    public static string[] For(RuleForm form, bool sparesTcp = false) =>
    [
        .. NeedsIpsec ? [Ipsec] : (string[])[],
        .. form == RuleForm.Conntrack ? [TcpHelpers, UdpHelpers] : (string[])[],
        .. sparesTcp ? [SynProxy] : (string[])[],
    ];

    /// <summary>True for a line that is one of the exceptions.</summary>
    public static bool Contains(string line) => Array.IndexOf(All, line) >= 0;
}
