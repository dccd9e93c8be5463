using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload;

/// <summary>One TCP connection without Nagle's algorithm that is given 64 bytes at a time, each a segment of its own as long as the window is open.</summary>
internal sealed class SmallSegments : ILoad
{
    private const int Length = 64;
    private readonly Socket _listener;
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly Thread _sending;
    private readonly Thread _receiving;
    private long _received;
    private long _sent;
    private volatile bool _stop;

    public SmallSegments(Guest from, Guest to, int port)
    {
        _listener = GuestSockets.ListenTcp(to.Namespace, port);
        _sender = GuestSockets.CreateTcp(from.Namespace);
        _sender.NoDelay = true;
        _sender.Connect(new IPEndPoint(to.Address, port));
        _receiver = _listener.Accept();
        _sending = new Thread(Send) { IsBackground = true, Name = "segments" };
        _receiving = new Thread(Receive) { IsBackground = true, Name = "segments-in" };
        _receiving.Start();
        _sending.Start();
    }

    public long Done => Interlocked.Read(ref _received) / Length;

    public void Complete()
    {
        _stop = true;
        _sending.Join();
        _receiving.Join();
        if (_received != _sent)
        {
            throw new LabException($"Of {_sent} bytes in small segments {_received} arrived.");
        }
    }

    public void Dispose()
    {
        _stop = true;
        _sender.Dispose();
        _receiver.Dispose();
        _listener.Dispose();
    }

    private void Send()
    {
        byte[] segment = new byte[Length];
        try
        {
            while (!_stop)
            {
                _sent += _sender.Send(segment);
            }

            _sender.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed under us; what is missing shows in the count.
        }
    }

    private void Receive()
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int length; (length = _receiver.Receive(buffer)) > 0;)
            {
                Interlocked.Add(ref _received, length);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
