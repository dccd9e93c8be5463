using XenLoop.Native;

namespace XenLoop.Discovery.Tests;

/// <summary>
/// <c>/dev/xen/xenbus</c> played after <c>xenbus_dev_frontend.c</c>: one buffer per open file that the next write overwrites, WATCH
/// within write(2), its refusal as EINVAL, 4096 bytes with the header, events with whatever stood on the stack in their header.
/// </summary>
internal sealed class PlayedXenBus(PlayedGuest guest) : IXenBusFile
{
    private const int BufferBytes = 4096;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Lock _filling = new();
    private readonly SemaphoreSlim _readable = new(0);
    private readonly Queue<byte> _replies = new();
    private int _unserved;
    private int _inside;
    private bool _cancelled;

    /// <summary>Writes that came while an earlier one still lay in the buffer.</summary>
    public int Overwritten { get; private set; }

    public int Writes { get; private set; }

    public bool IsDisposed { get; private set; }

    public int Read(Span<byte> buffer)
    {
        Interlocked.Increment(ref _inside);
        try
        {
            while (true)
            {
                lock (_filling)
                {
                    if (_cancelled)
                    {
                        return 0;
                    }

                    int count = 0;
                    while (count < buffer.Length && _replies.TryDequeue(out byte next))
                    {
                        buffer[count++] = next;
                    }

                    if (count > 0)
                    {
                        return count;
                    }
                }

                _readable.Wait();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public int Write(ReadOnlySpan<byte> message)
    {
        Assert.False(IsDisposed);
        Interlocked.Increment(ref _inside);
        try
        {
            Writes++;
            if (message.Length > BufferBytes)
            {
                return Errno.EINVAL;
            }

            Overwritten += Volatile.Read(ref _unserved) > 0 ? 1 : 0;
            message.CopyTo(_buffer);
            XenStoreHeader header = XenStoreWire.ReadHeader(message);
            Assert.Equal(message.Length, XenStoreWire.HeaderBytes + (int)header.Length);
            return header.Type is XenStoreMessage.XS_WATCH ? Watch(header) : Queue(header);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Cancel()
    {
        lock (_filling)
        {
            _cancelled = true;
        }

        _readable.Release();
    }

    public void Dispose()
    {
        Assert.False(IsDisposed, "disposed twice");
        Assert.Equal(0, Volatile.Read(ref _inside));
        IsDisposed = true;
        guest.Unwatch(this);
    }

    public void Reply(XenStoreHeader header, byte[] payload)
    {
        byte[] bytes = new byte[XenStoreWire.HeaderBytes];
        XenStoreWire.WriteHeader(bytes, header with { Length = (uint)payload.Length });
        lock (_filling)
        {
            Array.ForEach([.. bytes, .. payload], _replies.Enqueue);
        }

        _readable.Release();
    }

    private byte[] Payload(XenStoreHeader header) => _buffer.AsSpan(XenStoreWire.HeaderBytes, (int)header.Length).ToArray();

    private int Watch(XenStoreHeader header)
    {
        bool taken = false;
        string[] strings = XenStorePayload.ToStrings(Payload(header))!;
        using ManualResetEventSlim done = new();
        bool asked = guest.TryEnqueue(() =>
        {
            taken = guest.TryWatch(this, strings[0], strings[1]);
            done.Set();
        });
        if (asked)
        {
            done.Wait();
        }

        if (taken)
        {
            Reply(header, XenStorePayload.FromStrings("OK"));
        }

        return taken ? 0 : Errno.EINVAL;
    }

    private int Queue(XenStoreHeader header)
    {
        Interlocked.Increment(ref _unserved);
        guest.TryEnqueue(() =>
        {
            // Only now is the payload taken from the buffer.
            (XenStoreMessage type, byte[] payload) = guest.Answer(header.Type, Payload(header));
            Interlocked.Decrement(ref _unserved);
            Reply(header with { Type = type }, payload);
        });
        return 0;
    }
}
