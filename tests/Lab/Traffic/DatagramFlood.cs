using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>A program that sends datagrams as fast as it can, to a port where nobody takes them: the receiver's kernel drops them when the socket is full.</summary>
public sealed class DatagramFlood : IDisposable
{
    private readonly Guest _to;
    private readonly string _port;
    private readonly Socket _unread;
    private readonly Socket _sender;
    private readonly SocketAddress _destination;
    private readonly byte[] _datagram;
    private readonly Thread _thread;
    private long _sent;
    private volatile bool _stop;

    /// <summary>Starts to send datagrams of <paramref name="length"/> bytes to <paramref name="port"/>.</summary>
    public DatagramFlood(Guest from, Guest to, int port, int length)
    {
        // As /proc/net/udp writes it (net/ipv4/udp.c, udp4_format_sock).
        _to = to;
        _port = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        _unread = GuestSockets.BindUdp(to, port);
        _unread.ReceiveBufferSize = 0;
        _sender = GuestSockets.BindUdp(from, 0);
        _destination = new IPEndPoint(to.Address, port).Serialize();
        _datagram = new byte[length];
        _thread = new Thread(Send) { IsBackground = true, Name = "flood" };
        _thread.Start();
    }

    /// <summary>Datagrams that the sender's kernel has taken.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Datagrams that have come as far as the receiver's socket, which was full but for the first few: those it still holds.</summary>
    public long Arrived => _to.Namespace.Enter(() => File.ReadAllLines("/proc/thread-self/net/udp"))
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(f => f[1].EndsWith(_port, StringComparison.Ordinal))
        .Sum(f => long.Parse(f[^1], CultureInfo.InvariantCulture));

    /// <summary>Sends no more.</summary>
    public void Stop()
    {
        _stop = true;
        _thread.Join();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _sender.Dispose();
        _unread.Dispose();
    }

    private void Send()
    {
        while (!_stop)
        {
            try
            {
                _sender.SendTo(_datagram, SocketFlags.None, _destination);
                Interlocked.Increment(ref _sent);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                // Dropped by its own kernel, as a flood may be.
            }
        }
    }
}
