using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace XenLoop.Lab.Traffic;

/// <summary>
/// One TCP connection between two guests that sends the test pattern as fast as it goes, with every byte checked at
/// the other end.
/// </summary>
public sealed class TcpStream : IDisposable
{
    private const int BufferLength = 256 * 1024;
    private readonly Socket _listener;
    private readonly Socket _sender;
    private readonly Task _sending;
    private readonly Task _receiving;
    private readonly long _limit;
    private readonly long _rate;
    private Socket? _receiver;
    private long _received;
    private int _retransmits;
    private long _arrival = Stopwatch.GetTimestamp();
    private long _longestPause;
    private volatile bool _stop;

    /// <summary>Connects and starts.</summary>
    /// <param name="from">Sends.</param>
    /// <param name="to">Receives and checks.</param>
    /// <param name="port">At <paramref name="to"/>.</param>
    /// <param name="limit">Bytes to send before the end of the stream; without it, until <see cref="Complete"/>.</param>
    /// <param name="destination">An address of <paramref name="to"/> other than its first.</param>
    /// <param name="rate">Bytes a second, at most.</param>
    public TcpStream(Guest from, Guest to, int port, long limit = long.MaxValue, IPAddress? destination = null, long rate = long.MaxValue)
        : this(from.Namespace, to.Namespace, port, new IPEndPoint(destination ?? to.Address, port), limit, rate)
    {
    }

    /// <summary>Connects and starts, between any two namespaces.</summary>
    /// <param name="from">Sends.</param>
    /// <param name="to">Receives and checks.</param>
    /// <param name="port">At <paramref name="to"/>.</param>
    /// <param name="destination">Where <paramref name="from"/> connects to: what somebody on the way may translate.</param>
    /// <param name="limit">Bytes to send before the end of the stream; without it, until <see cref="Complete"/>.</param>
    /// <param name="rate">Bytes a second, at most.</param>
    public TcpStream(NetworkNamespace from, NetworkNamespace to, int port, IPEndPoint destination, long limit = long.MaxValue, long rate = long.MaxValue)
    {
        _limit = limit;
        _rate = rate;
        _listener = GuestSockets.ListenTcp(to, port);
        _sender = GuestSockets.CreateTcp(from);
        _receiving = Task.Factory.StartNew(Receive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _sender.Connect(destination);
        _sending = Task.Factory.StartNew(Send, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Bytes that have arrived and were right.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>The sender's address as the receiver sees it, once bytes have arrived.</summary>
    public IPAddress? ObservedSource => (_receiver?.RemoteEndPoint as IPEndPoint)?.Address;

    /// <summary>Segments that the sender has sent again so far.</summary>
    public int Retransmits => _sending.IsCompleted ? _retransmits : GuestSockets.Retransmits(_sender);

    /// <summary>Waits until <paramref name="bytes"/> more have arrived.</summary>
    /// <exception cref="LabException">They have not, in time; or the stream broke.</exception>
    public void WaitForMore(long bytes, TimeSpan timeout)
    {
        long goal = Received + bytes;
        Wait.Until(() => Received >= goal || _receiving.IsFaulted || _sending.IsFaulted, timeout, $"{bytes} more bytes on a TCP stream");
        ThrowIfBroken();
    }

    /// <summary>The longest time without an arrival since the last call, or up to now.</summary>
    public TimeSpan TakeLongestPause()
    {
        TimeSpan present = Stopwatch.GetElapsedTime(Interlocked.Read(ref _arrival));
        var past = TimeSpan.FromTicks(Interlocked.Exchange(ref _longestPause, 0));
        return past > present ? past : present;
    }

    /// <summary>Ends the stream (or waits for its limit) and checks that all that was sent has arrived.</summary>
    /// <returns>Bytes transferred.</returns>
    /// <exception cref="LabException">A byte was wrong or missing, or the connection broke.</exception>
    public long Complete(TimeSpan timeout)
    {
        _stop = _limit == long.MaxValue;
        Wait.Until(() => _receiving.IsCompleted || _sending.IsFaulted, timeout, "the end of a TCP stream", () => $"{Received} bytes had arrived, {Retransmits} retransmits.");
        ThrowIfBroken();
        return Received;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _listener.Dispose();
        _sender.Dispose();
        _receiver?.Dispose();
    }

    private void Send()
    {
        byte[] buffer = new byte[BufferLength];
        long start = Stopwatch.GetTimestamp();
        for (long offset = 0; offset < _limit && !_stop; offset += buffer.Length)
        {
            int length = (int)Math.Min(buffer.Length, _limit - offset);
            TestPattern.Fill(buffer.AsSpan(0, length), seed: 1, offset);
            for (int sent = 0; sent < length;)
            {
                sent += _sender.Send(buffer, sent, length - sent, SocketFlags.None);
            }

            while (!_stop && offset / (double)_rate > Stopwatch.GetElapsedTime(start).TotalSeconds)
            {
                Thread.Sleep(1);
            }
        }

        _sender.Shutdown(SocketShutdown.Send);

        // Returns 0 when the receiver has taken everything and closed; the counter is final then.
        _ = _sender.Receive(buffer);
        _retransmits = GuestSockets.Retransmits(_sender);
    }

    private void Receive()
    {
        _receiver = _listener.Accept();
        byte[] buffer = new byte[BufferLength];
        bool ended = false;
        while (!ended)
        {
            int filled = 0;
            while (filled < buffer.Length && !ended)
            {
                int length = _receiver.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                ended = length == 0;
                NoteArrival();
                filled += length;
            }

            int wrong = TestPattern.FirstDifference(buffer.AsSpan(0, filled), seed: 1, _received);
            if (wrong >= 0)
            {
                throw new LabException($"Byte {_received + wrong} of the TCP stream is not what was sent.");
            }

            Interlocked.Add(ref _received, filled);
        }

        _receiver.Shutdown(SocketShutdown.Both);
        if (_limit != long.MaxValue && _received != _limit)
        {
            throw new LabException($"The TCP stream ended after {_received} of {_limit} bytes.");
        }
    }

    private void NoteArrival()
    {
        long now = Stopwatch.GetTimestamp();
        long pause = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref _arrival, now), now).Ticks;
        if (pause > Interlocked.Read(ref _longestPause))
        {
            Interlocked.Exchange(ref _longestPause, pause);
        }
    }

    private void ThrowIfBroken()
    {
        foreach (Task task in (Task[])[_receiving, _sending])
        {
            if (task.Exception is { } failure)
            {
                throw new LabException($"The TCP stream broke after {Received} bytes: {failure.InnerException?.Message}", failure);
            }
        }
    }
}
