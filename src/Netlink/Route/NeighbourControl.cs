using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Tells the kernel about neighbours. Needs CAP_NET_ADMIN in its network namespace. Not thread-safe.</summary>
public sealed class NeighbourControl : IDisposable
{
    private readonly NetlinkSocket _socket;

    private NeighbourControl(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens a control for the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">rtnetlink is not to be had.</exception>
    public static NeighbourControl Open() => new(NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE));

    /// <summary>
    /// Does with an IPv4 neighbour's entry what a packet to it does: one that is stale is confirmed within some seconds (delay, probe), and if
    /// nobody answers any more it is given up and asked for again. Only for stale entries: the kernel forgets that one is permanent (<c>__neigh_update</c>).
    /// </summary>
    /// <returns>False if the entry is gone, or the kernel refuses.</returns>
    /// <exception cref="NetlinkException">The socket failed.</exception>
    public bool TryUse(int networkInterface, InternetAddress address)
    {
        var message = new NetlinkMessageWriter(stackalloc byte[64], LinuxRtnetlink.RTM_NEWNEIGH);
        message.Append(new ndmsg { ndm_family = LibC.AF_INET, ndm_ifindex = networkInterface, ndm_flags = LinuxRtnetlink.NTF_USE });
        message.PutBigEndian(LinuxRtnetlink.NDA_DST, address.ToIPv4());
        return _socket.TryRequest(ref message, $"confirm the neighbour {address.ToString()}", out _) == 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
