using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Changes the settings of a network interface. Needs CAP_NET_ADMIN in its network namespace.</summary>
/// <remarks>Every method throws <see cref="NetlinkException"/> if the kernel refuses.</remarks>
public sealed class LinkControl : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly string _name;
    private readonly int _index;

    private LinkControl(NetlinkSocket socket, string name, int index)
    {
        _socket = socket;
        _name = name;
        _index = index;
    }

    /// <summary>The kernel's number for the interface.</summary>
    public int Index => _index;

    /// <summary>Finds the interface in the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">ENODEV: there is none of that name.</exception>
    public static LinkControl Open(string name)
    {
        int index = LinkIndex.Find(name);
        return new LinkControl(NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE), name, index);
    }

    /// <summary>Sets the interface's Ethernet address.</summary>
    public void SetMac(MacAddress address)
    {
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        address.CopyTo(bytes);
        var message = NewMessage(stackalloc byte[64], default);
        message.Put(LinuxRtnetlink.IFLA_ADDRESS, bytes);
        _socket.Request(ref message, $"set the Ethernet address of {_name} to {address}");
    }

    /// <summary>Sets the largest IP packet that the interface takes, in bytes.</summary>
    public void SetMtu(uint bytes)
    {
        var message = NewMessage(stackalloc byte[64], default);
        message.Put(LinuxRtnetlink.IFLA_MTU, bytes);
        _socket.Request(ref message, $"set the MTU of {_name} to {bytes}");
    }

    /// <summary>Sets how many packets may wait for transmission by the interface.</summary>
    public void SetTransmitQueueLength(uint packets)
    {
        var message = NewMessage(stackalloc byte[64], default);
        message.Put(LinuxRtnetlink.IFLA_TXQLEN, packets);
        _socket.Request(ref message, $"set the transmit queue length of {_name} to {packets}");
    }

    /// <summary>Switches the interface on or off.</summary>
    public void SetUp(bool up)
    {
        var message = NewMessage(stackalloc byte[64], new ifinfomsg
        {
            ifi_flags = up ? LinuxRtnetlink.IFF_UP : 0,
            ifi_change = LinuxRtnetlink.IFF_UP,
        });
        _socket.Request(ref message, $"set {_name} {(up ? "up" : "down")}");
    }

    /// <summary>Keeps IPv6 off the interface: no link-local address, no router solicitations of its own.</summary>
    /// <returns>False if there was nothing to switch off (a kernel without IPv6) or /proc/sys does not let us; IPv6 is then as it was.</returns>
    public bool TryDisableIPv6()
    {
        try
        {
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{_name}/disable_ipv6", "1");
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private NetlinkMessageWriter NewMessage(Span<byte> buffer, ifinfomsg header)
    {
        header.ifi_index = _index;
        var message = new NetlinkMessageWriter(buffer, LinuxRtnetlink.RTM_NEWLINK);
        message.Append(header);
        return message;
    }
}
