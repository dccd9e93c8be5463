namespace XenLoop.Netlink.Queue;

/// <summary>What becomes of a captured packet.</summary>
public enum Verdict : uint
{
    /// <summary>The kernel's copy is freed: the packet went by the fast path.</summary>
    Drop = NfnetlinkQueue.NF_DROP,

    /// <summary>The packet goes on by the standard path.</summary>
    Accept = NfnetlinkQueue.NF_ACCEPT,
}
