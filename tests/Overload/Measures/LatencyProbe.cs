using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload;

/// <summary>
/// A small flow: a question of 64 bytes every millisecond, whether the one before was answered or not, so that a time without answers shows in
/// full (no coordinated omission).
/// </summary>
internal sealed class LatencyProbe : IDisposable
{
    private const int Length = 64;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(1);

    /// <summary>After so long without any answer no other is waited for.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);

    private readonly UdpAnswerer _answerer;
    private readonly Socket _socket;
    private readonly SocketAddress _destination;
    private readonly Lock _lock = new();
    private readonly List<double> _microseconds = [];
    private readonly Thread _asking;
    private readonly Thread _listening;
    private int _sent;
    private int _windowStart;
    private int _windowEnd = int.MaxValue;
    private volatile bool _stop;

    /// <summary>Begins to ask.</summary>
    public LatencyProbe(Guest from, Guest to, int port)
    {
        _answerer = new UdpAnswerer(to, port);
        _socket = GuestSockets.BindUdp(from, 0);
        _destination = new IPEndPoint(to.Address, port).Serialize();
        _asking = new Thread(Ask) { IsBackground = true, Name = "ask" };
        _listening = new Thread(Listen) { IsBackground = true, Name = "listen" };
        _listening.Start();
        _asking.Start();
    }

    /// <summary>Begins a window: what was asked before does not count.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _windowStart = _sent;
            _windowEnd = int.MaxValue;
            _microseconds.Clear();
        }
    }

    /// <summary>Ends the window: what is asked from now on does not count.</summary>
    public void End()
    {
        lock (_lock)
        {
            _windowEnd = _sent;
        }
    }

    /// <summary>Waits for the answers to what was asked in the window.</summary>
    public Latencies Await()
    {
        int questions = _windowEnd - _windowStart;
        int answers = -1;
        long last = Stopwatch.GetTimestamp();
        while (answers < questions && Stopwatch.GetElapsedTime(last) < s_patience)
        {
            Thread.Sleep(s_interval);
            int now = Count();
            last = now > answers ? Stopwatch.GetTimestamp() : last;
            answers = now;
        }

        lock (_lock)
        {
            return Latencies.Of(questions, [.. _microseconds]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _asking.Join();
        _socket.Dispose();
        _listening.Join();
        _answerer.Dispose();
    }

    private int Count()
    {
        lock (_lock)
        {
            return _microseconds.Count;
        }
    }

    private void Ask()
    {
        byte[] question = new byte[Length];
        while (!_stop)
        {
            lock (_lock)
            {
                BinaryPrimitives.WriteInt32LittleEndian(question.AsSpan(sizeof(long)), _sent++);
            }

            BinaryPrimitives.WriteInt64LittleEndian(question, Stopwatch.GetTimestamp());
            _socket.SendTo(question, SocketFlags.None, _destination);
            Thread.Sleep(s_interval);
        }
    }

    private void Listen()
    {
        byte[] answer = new byte[Length];
        try
        {
            while (_socket.Receive(answer) == Length)
            {
                double microseconds = Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(answer)).TotalMicroseconds;
                lock (_lock)
                {
                    int number = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(sizeof(long)));
                    if (number >= _windowStart && number < _windowEnd)
                    {
                        _microseconds.Add(microseconds);
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The socket was closed under us: that is how this thread is told to end.
        }
    }
}
