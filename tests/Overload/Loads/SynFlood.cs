using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload;

/// <summary>
/// TCP segments with nothing but SYN, from one source port after the other, to a port where somebody listens. Each is answered by SYN and ACK, which the sender's kernel,
/// that knows of no connection, answers by RST: three minimal packets for each.
/// </summary>
internal sealed class SynFlood : ILoad
{
    /// <summary>A TCP header without options (RFC 9293, 3.1).</summary>
    private const int HeaderBytes = 20;
    private const int FirstPort = 1024;
    private const byte Syn = 2;

    private readonly Socket _listener;
    private readonly Socket _raw;
    private readonly byte[] _segment = new byte[HeaderBytes];
    private readonly IPEndPoint _destination;
    private readonly uint _sumOfConstants;
    private readonly Thread _thread;
    private long _sent;
    private volatile bool _stop;

    public SynFlood(Guest from, Guest to, int port)
    {
        _listener = GuestSockets.ListenTcp(to.Namespace, port);
        _raw = from.Namespace.Enter(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp));
        _destination = new IPEndPoint(to.Address, 0);
        BinaryPrimitives.WriteUInt16BigEndian(_segment.AsSpan(2), (ushort)port);
        _segment[12] = (HeaderBytes / 4) << 4;
        _segment[13] = Syn;
        BinaryPrimitives.WriteUInt16BigEndian(_segment.AsSpan(14), ushort.MaxValue);

        // The pseudo-header (RFC 9293, 3.1): both addresses, the protocol, the length.
        _sumOfConstants = Sum(from.Address.GetAddressBytes()) + Sum(to.Address.GetAddressBytes()) + (uint)ProtocolType.Tcp + HeaderBytes;
        _thread = new Thread(Send) { IsBackground = true, Name = "syn" };
        _thread.Start();
    }

    public long Done => Interlocked.Read(ref _sent);

    public void Complete()
    {
        _stop = true;
        _thread.Join();
    }

    public void Dispose()
    {
        Complete();
        _raw.Dispose();
        _listener.Dispose();
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return sum;
    }

    private void Send()
    {
        while (!_stop)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_segment, (ushort)(FirstPort + (_sent % (ushort.MaxValue - FirstPort))));
            BinaryPrimitives.WriteUInt32BigEndian(_segment.AsSpan(4), (uint)_sent);
            _segment[16] = _segment[17] = 0;
            uint sum = _sumOfConstants + Sum(_segment);
            sum = (sum & 0xFFFF) + (sum >> 16);
            sum = (sum & 0xFFFF) + (sum >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(_segment.AsSpan(16), (ushort)~sum);
            try
            {
                _raw.SendTo(_segment, _destination);
                Interlocked.Increment(ref _sent);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                // Dropped by its own kernel, as a flood may be.
            }
        }
    }
}
