using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>Sockets that live in a guest.</summary>
public static class GuestSockets
{
    private const int SOL_SOCKET = 1;
    private const int SO_RCVBUFFORCE = 33;
    private const int IPPROTO_TCP = 6;
    private const int TCP_INFO = 11;

    /// <summary><c>tcpi_total_retrans</c> in <c>struct tcp_info</c> (<c>linux/tcp.h</c>).</summary>
    private const int TotalRetransmitsOffset = 100;

    /// <summary>A UDP socket bound to <paramref name="port"/> (0: any), with a receive buffer that a burst does not fill.</summary>
    public static Socket BindUdp(Guest guest, int port) => BindUdp(guest.Namespace, port);

    /// <summary>The same in any namespace.</summary>
    public static Socket BindUdp(NetworkNamespace place, int port) => place.Enter(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        int size = 32 << 20;
        socket.SetRawSocketOption(SOL_SOCKET, SO_RCVBUFFORCE, BitConverter.GetBytes(size));
        socket.SendBufferSize = 4 << 20;
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    /// <summary>A TCP socket that listens at <paramref name="port"/>.</summary>
    public static Socket ListenTcp(NetworkNamespace place, int port) => place.Enter(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        return socket;
    });

    /// <summary>A TCP socket, not yet connected.</summary>
    public static Socket CreateTcp(NetworkNamespace place) => place.Enter(
        () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>How many segments this connection has sent again since it was opened.</summary>
    public static int Retransmits(Socket connection)
    {
        Span<byte> info = stackalloc byte[256];
        int length = connection.GetRawSocketOption(IPPROTO_TCP, TCP_INFO, info);
        return length >= TotalRetransmitsOffset + sizeof(int)
            ? BitConverter.ToInt32(info[TotalRetransmitsOffset..])
            : throw new LabException("This kernel's tcp_info has no tcpi_total_retrans.");
    }
}
