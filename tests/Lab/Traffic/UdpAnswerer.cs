using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>Sends every datagram back to where it came from.</summary>
public sealed class UdpAnswerer : IDisposable
{
    private readonly Socket _socket;

    /// <summary>Starts to answer in <paramref name="guest"/> at <paramref name="port"/>.</summary>
    public UdpAnswerer(Guest guest, int port)
    {
        _socket = GuestSockets.BindUdp(guest, port);
        new Thread(Answer) { IsBackground = true, Name = "udp-answer" }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Answer()
    {
        byte[] buffer = new byte[65536];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                int length = _socket.ReceiveFrom(buffer, SocketFlags.None, sender);
                _socket.SendTo(buffer.AsSpan(0, length), SocketFlags.None, sender);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The socket was closed under us: that is how this thread is told to end.
        }
    }
}
