using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab.Traffic;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Datagrams that carry their number and a pattern, from one guest to another, counted and checked one by one.</summary>
internal sealed class NumberedDatagrams : IDisposable
{
    /// <summary>IP and UDP headers.</summary>
    public const int HeaderBytes = 28;

    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly IPEndPoint _destination;

    public NumberedDatagrams(Lab.Guest from, Lab.Guest to, int port)
    {
        _receiver = GuestSockets.BindUdp(to, port);
        _sender = GuestSockets.BindUdp(from, 0);
        _destination = new IPEndPoint(to.Address, port);
    }

    /// <summary>The next number.</summary>
    public int Sent { get; private set; }

    /// <summary>Sends the next <paramref name="count"/> without waiting for anything.</summary>
    public void Send(int count, int length)
    {
        byte[] buffer = new byte[length];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer, Sent);
            TestPattern.Fill(buffer.AsSpan(8), (ulong)Sent, 0);
            _sender.SendTo(buffer, _destination);
            Sent++;
        }
    }

    /// <summary>The numbers that arrive by the socket until <paramref name="count"/> are there, in their order.</summary>
    public List<int> Receive(int count)
    {
        _receiver.ReceiveTimeout = 10000;
        List<int> numbers = [];
        byte[] buffer = new byte[65536];
        while (numbers.Count < count)
        {
            try
            {
                numbers.Add(Check(buffer.AsSpan(0, _receiver.Receive(buffer))));
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                Assert.Fail($"Of {count} datagrams only {numbers.Count} arrived.");
            }
        }

        return numbers;
    }

    /// <summary>True if nothing more has arrived.</summary>
    public bool NothingWaits => _receiver.Available == 0;

    /// <summary>The number of a datagram, after its content was compared.</summary>
    public static int Check(ReadOnlySpan<byte> datagram)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(datagram);
        Assert.Equal(-1, TestPattern.FirstDifference(datagram[8..], (ulong)number, 0));
        return (int)number;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
