namespace XenLoop.Interceptor.Rules;

/// <summary>
/// The rule that leaves alone what IPsec is about to encrypt. Such a packet passes POSTROUTING twice: first as it is (xfrm4_output in
/// net/ipv4/xfrm4_output.c), and taken there it would reach the peer in the clear; then encrypted, and that may be taken.
/// </summary>
internal static class IpsecException
{
    /// <summary>As iptables-save prints it.</summary>
    public const string Rule = $"-A {RuleText.Chain} -m policy --dir out --pol ipsec -m comment --comment \"xenloop ipsec\" -j RETURN";

    /// <summary>True if this kernel can do IPsec at all; one that cannot may not have the match either.</summary>
    public static bool IsNeeded { get; } = File.Exists("/proc/sys/net/core/xfrm_acq_expires");
}
