using System.Runtime.InteropServices;

namespace XenLoop.Netlink.Queue;

/// <summary><c>struct nfgenmsg</c> (<c>linux/netfilter/nfnetlink.h</c>), 4 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct nfgenmsg
{
    public byte nfgen_family;
    public byte version;

    /// <summary>The queue's number, network order.</summary>
    public ushort res_id;
}
