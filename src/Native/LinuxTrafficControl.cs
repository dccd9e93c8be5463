namespace XenLoop.Native;

/// <summary><c>linux/pkt_sched.h</c>, <c>pkt_cls.h</c> and <c>tc_act/tc_mirred.h</c>: qdiscs, classifiers and actions; with <c>TCA_...</c> of <c>rtnetlink.h</c>.</summary>
public static class LinuxTrafficControl
{
    public const uint TC_H_MAJ_MASK = 0xFFFF0000;
    public const uint TC_H_CLSACT = 0xFFFFFFF1;
    public const uint TC_H_MIN_INGRESS = 0xFFF2;

    public const ushort TCA_KIND = 1;
    public const ushort TCA_OPTIONS = 2;

    public const ushort TCA_FQ_FLOW_MAX_RATE = 7;

    public const ushort TCA_ACT_KIND = 1;
    public const ushort TCA_ACT_OPTIONS = 2;
    public const int TC_ACT_STOLEN = 4;

    public const ushort TCA_MATCHALL_ACT = 2;

    public const ushort TCA_U32_SEL = 5;
    public const ushort TCA_U32_ACT = 7;
    public const byte TC_U32_TERMINAL = 1;

    public const ushort TCA_MIRRED_PARMS = 2;
    public const int TCA_INGRESS_REDIR = 3;

    /// <summary>All Ethernet protocols, of <c>linux/if_ether.h</c>.</summary>
    public const ushort ETH_P_ALL = 3;
}
