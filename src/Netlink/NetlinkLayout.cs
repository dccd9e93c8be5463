using System.Runtime.CompilerServices;
using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>
/// Sizes of the netlink framing (<c>linux/netlink.h</c>).
/// </summary>
/// <remarks>
/// Memory map of a datagram, which holds one message or several:
/// <code>
/// 0          16                     nlmsg_len  aligned to 4
/// | nlmsghdr | family's own header | attributes ... | padding | nlmsghdr ...
/// </code>
/// </remarks>
public static class NetlinkLayout
{
    /// <summary>Bytes of <c>struct nlmsghdr</c>, <c>NLMSG_HDRLEN</c>.</summary>
    public const int MessageHeaderLength = 16;

    /// <summary>Bytes of <c>struct nlattr</c>, <c>NLA_HDRLEN</c>.</summary>
    public const int AttributeHeaderLength = 4;

    /// <summary>Rounds up to the next multiple of 4, <c>NLMSG_ALIGN</c> and <c>NLA_ALIGN</c>. For values that a length field holds: not near <see cref="int.MaxValue"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Align(int length) => (length + LinuxNetlink.NLMSG_ALIGNTO - 1) & ~(LinuxNetlink.NLMSG_ALIGNTO - 1);
}
