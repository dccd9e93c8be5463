using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>Sends datagrams to a guest that sends them back, and checks every byte of what returns.</summary>
public sealed class UdpEcho : IDisposable
{
    private readonly UdpAnswerer _server;
    private readonly Socket _client;
    private readonly IPEndPoint _destination;
    private readonly byte[] _sent = new byte[65536];
    private readonly byte[] _returned = new byte[65536];
    private ulong _exchanges;

    /// <summary>Starts to answer in <paramref name="to"/> at <paramref name="port"/>; <paramref name="destination"/> if not by its first address.</summary>
    public UdpEcho(Guest from, Guest to, int port, IPAddress? destination = null)
    {
        _server = new UdpAnswerer(to, port);
        _client = GuestSockets.BindUdp(from, 0);
        _client.ReceiveTimeout = 2000;
        _destination = new IPEndPoint(destination ?? to.Address, port);
    }

    /// <summary>The socket that sends, for socket options.</summary>
    public Socket Client => _client;

    /// <summary>One datagram there and back.</summary>
    /// <param name="length">Bytes of payload, 0 to 65,507.</param>
    /// <exception cref="LabException">It did not come back within 2 s, or not as it was.</exception>
    public void Exchange(int length)
    {
        ulong seed = ++_exchanges;
        TestPattern.Fill(_sent.AsSpan(0, length), seed, 0);
        _client.SendTo(_sent.AsSpan(0, length), SocketFlags.None, _destination);
        int returned;
        try
        {
            returned = _client.Receive(_returned);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new LabException($"A datagram of {length} bytes did not come back within 2 s.", e);
        }

        int wrong = TestPattern.FirstDifference(_returned.AsSpan(0, returned), seed, 0);
        if (returned != length || wrong >= 0)
        {
            throw new LabException($"A datagram of {length} bytes came back with {returned} bytes, the first wrong one at {wrong}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }
}
