using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>Numbered datagrams of one size from one guest to another, each checked on arrival.</summary>
/// <remarks>Datagram n holds n (8 bytes, little-endian) and then the test pattern with seed n.</remarks>
public sealed class UdpStream : IDisposable
{
    /// <summary>The smallest datagram that holds its number.</summary>
    public const int MinimumLength = sizeof(long);

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly IPEndPoint _destination;
    private readonly int _length;
    private readonly long _limit;
    private readonly int _rate;
    private readonly Task _sending;
    private readonly Task _receiving;
    private readonly HashSet<long> _seen = [];
    private long _sent;
    private long _received;
    private long _repeated;
    private long _reordered;
    private long _damaged;
    private long _refused;
    private long _furthest;
    private TimeSpan _longestPause;
    private volatile bool _stop;
    private volatile bool _drained;

    /// <summary>Starts to send.</summary>
    /// <param name="from">Sends.</param>
    /// <param name="to">Receives and checks.</param>
    /// <param name="port">At <paramref name="to"/>.</param>
    /// <param name="length">Bytes of each datagram, from <see cref="MinimumLength"/>.</param>
    /// <param name="rate">Datagrams a second.</param>
    /// <param name="limit">How many; without it, until <see cref="Complete"/>.</param>
    public UdpStream(Guest from, Guest to, int port, int length, int rate, long limit = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, MinimumLength);
        _length = length;
        _rate = rate;
        _limit = limit;
        _receiver = GuestSockets.BindUdp(to, port);
        _receiver.ReceiveTimeout = 50;
        _sender = GuestSockets.BindUdp(from, 0);
        _destination = new IPEndPoint(to.Address, port);
        _receiving = Task.Factory.StartNew(Receive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _sending = Task.Factory.StartNew(Send, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Datagrams that have arrived so far.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Datagrams that the sender's kernel has taken so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Waits until <paramref name="count"/> more have arrived.</summary>
    /// <exception cref="LabException">They have not, in time.</exception>
    public void WaitForMore(long count, TimeSpan timeout)
    {
        long goal = Received + count;
        Wait.Until(() => Received >= goal, timeout, $"{count} more datagrams");
    }

    /// <summary>Stops sending (or waits for the limit), lets what is under way arrive, and reports.</summary>
    public UdpReport Complete()
    {
        _stop = _limit == long.MaxValue;
        _sending.GetAwaiter().GetResult();

        // A datagram that is not here after this long without any other is not coming.
        long last = -1;
        long since = Stopwatch.GetTimestamp();
        while (Received < _sent && Stopwatch.GetElapsedTime(since) < Quiet)
        {
            if (Received != last)
            {
                last = Received;
                since = Stopwatch.GetTimestamp();
            }

            Thread.Sleep(5);
        }

        _drained = true;
        _receiving.GetAwaiter().GetResult();
        return new UdpReport(_sent, _received, _repeated, _reordered, _damaged)
        {
            Refused = _refused,
            LongestPause = _longestPause,
            Furthest = _furthest,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _drained = true;
        _sender.Dispose();
        _receiver.Dispose();
    }

    private void Send()
    {
        byte[] buffer = new byte[_length];
        SocketAddress destination = _destination.Serialize();
        long start = Stopwatch.GetTimestamp();
        while (_sent < _limit && !_stop)
        {
            double due = Stopwatch.GetElapsedTime(start).TotalSeconds * _rate;
            if (_sent + _refused >= due)
            {
                Thread.Sleep(1);
                continue;
            }

            BinaryPrimitives.WriteInt64LittleEndian(buffer, _sent);
            TestPattern.Fill(buffer.AsSpan(MinimumLength), (ulong)_sent, 0);
            if (TrySend(buffer, destination))
            {
                Interlocked.Increment(ref _sent);
            }
            else
            {
                _refused++;
            }
        }
    }

    private bool TrySend(byte[] datagram, SocketAddress destination)
    {
        try
        {
            _sender.SendTo(datagram, SocketFlags.None, destination);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown)
        {
            return false;
        }
    }

    private void Receive()
    {
        byte[] buffer = new byte[65536];
        long highest = -1;
        long arrival = Stopwatch.GetTimestamp();
        while (!_drained)
        {
            if (!TryReceive(buffer, out int length))
            {
                continue;
            }

            if (length != _length
                || TestPattern.FirstDifference(buffer.AsSpan(MinimumLength, length - MinimumLength), BinaryPrimitives.ReadUInt64LittleEndian(buffer), 0) >= 0)
            {
                _damaged++;
                continue;
            }

            long number = BinaryPrimitives.ReadInt64LittleEndian(buffer);
            if (!_seen.Add(number))
            {
                _repeated++;
                continue;
            }

            TimeSpan pause = Stopwatch.GetElapsedTime(arrival);
            _longestPause = pause > _longestPause ? pause : _longestPause;
            arrival = Stopwatch.GetTimestamp();
            _reordered += number < highest ? 1 : 0;
            _furthest = Math.Max(_furthest, highest - number);
            highest = Math.Max(highest, number);
            Interlocked.Increment(ref _received);
        }
    }

    private bool TryReceive(byte[] buffer, out int length)
    {
        try
        {
            length = _receiver.Receive(buffer);
            return length >= MinimumLength;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            length = 0;
            return false;
        }
    }
}
