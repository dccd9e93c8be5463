using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using XenLoop.Native;

namespace XenLoop.Discovery;

/// <summary>
/// A store connection through <c>/dev/xen/xenbus</c>, with the device's peculiarities (<c>drivers/xen/xenbus/xenbus_dev_frontend.c</c>):
/// <list type="bullet">
/// <item>The kernel keeps a request's payload in the open file's one buffer until the store has taken it, and the next write
/// overwrites it (<c>xenbus_dev_request_and_reply</c> queues a pointer): there must be one request at a time. The connection
/// above sees to that, being told so.</item>
/// <item>WATCH and UNWATCH are answered by the kernel, within write(2), which waits for the store whatever the flags say:
/// requests are written by a thread of their own.</item>
/// <item>A refused WATCH is an errno from write(2), not a message, and oxenstored's EQUOTA, which Linux does not know, becomes
/// EINVAL: it is put back into the form of a reply, so that it ends this one request and nothing else.</item>
/// <item>Header and payload together may have 4096 bytes.</item>
/// </list>
/// </summary>
internal sealed class XenBusTransport : IDuplexPipe, IDisposable
{
    private const int StackBytes = 128 * 1024;

    private readonly IXenBusFile _file;
    private readonly Pipe _requests = new();
    private readonly Pipe _replies = new();
    private readonly Lock _delivering = new();
    private readonly CancellationTokenSource _stop = new();
    private int _threads = 2;

    /// <summary>Starts to carry messages.</summary>
    /// <param name="file">Disposed when both threads have left it.</param>
    public XenBusTransport(IXenBusFile file)
    {
        _file = file;
        Start(SendRequests, "xenbus requests");
        Start(ReceiveReplies, "xenbus replies");
    }

    /// <inheritdoc/>
    public PipeReader Input => _replies.Reader;

    /// <inheritdoc/>
    public PipeWriter Output => _requests.Writer;

    /// <summary>Connects to the store over the device.</summary>
    /// <exception cref="StoreUnavailableException">There is no device, or this process may not use it.</exception>
    public static XenStoreConnection Connect(string path, TimeSpan timeout, TimeProvider clock) => Connect(XenBusDevice.Open(path), timeout, clock);

    /// <summary>Connects to the store over an open file.</summary>
    public static XenStoreConnection Connect(IXenBusFile file, TimeSpan timeout, TimeProvider clock)
    {
        var transport = new XenBusTransport(file);
        return new XenStoreConnection(transport, transport, timeout, clock, oneAtATime: true);
    }

    /// <summary>Ends both threads; one that waits for the store within write(2) leaves when the store answers.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _file.Cancel();
    }

    private void Start(Action work, string name)
    {
        var thread = new Thread(() => Run(work), StackBytes) { IsBackground = true, Name = name };
        thread.Start();
    }

    private void Run(Action work)
    {
        Exception? failure = null;
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException)
        {
            failure = error;
        }

        lock (_delivering)
        {
            // Before the completion: the other thread may be about to deliver.
            _stop.Cancel();
            _replies.Writer.Complete(failure);
        }

        _file.Cancel();
        if (Interlocked.Decrement(ref _threads) == 0)
        {
            _file.Dispose();
        }
    }

    private void SendRequests()
    {
        byte[] message = new byte[XenStoreWire.HeaderBytes + XenStoreWire.MaximumPayload];
        while (XenStoreFrame.ReadAsync(_requests.Reader, _stop.Token).AsTask().GetAwaiter().GetResult() is { } request)
        {
            XenStoreWire.WriteHeader(message, request.Header);
            request.Payload.Span.CopyTo(message.AsSpan(XenStoreWire.HeaderBytes));
            int error = _file.Write(message.AsSpan(0, XenStoreWire.HeaderBytes + request.Payload.Length));
            if (error != 0)
            {
                Refuse(request.Header, message, StatusOf(error));
            }
        }
    }

    /// <summary>Gives a request that the kernel did not take the reply that a store would have given.</summary>
    private void Refuse(XenStoreHeader request, Span<byte> message, StoreStatus status)
    {
        byte[] name = XenStorePayload.FromStrings(StoreErrorName.Of(status));
        XenStoreWire.WriteHeader(message, request with { Type = XenStoreMessage.XS_ERROR, Length = (uint)name.Length });
        name.CopyTo(message[XenStoreWire.HeaderBytes..]);
        Deliver(message[..(XenStoreWire.HeaderBytes + name.Length)]);
    }

    private void ReceiveReplies()
    {
        byte[] message = new byte[XenStoreWire.HeaderBytes + XenStoreWire.MaximumPayload];
        while (TryFill(message.AsSpan(0, XenStoreWire.HeaderBytes)))
        {
            uint length = XenStoreWire.ReadHeader(message).Length;
            if (length > XenStoreWire.MaximumPayload)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"a message announces {length} bytes of payload, the limit is {XenStoreWire.MaximumPayload}"));
            }

            // Whole messages only: a refusal of ours must not come to stand within one.
            if (!TryFill(message.AsSpan(XenStoreWire.HeaderBytes, (int)length)) || !Deliver(message.AsSpan(0, XenStoreWire.HeaderBytes + (int)length)))
            {
                return;
            }
        }
    }

    private bool TryFill(Span<byte> part)
    {
        while (!part.IsEmpty)
        {
            int count = _file.Read(part);
            if (count == 0)
            {
                return false;
            }

            part = part[count..];
        }

        return true;
    }

    /// <returns>False: nobody reads replies any more.</returns>
    private bool Deliver(ReadOnlySpan<byte> message)
    {
        lock (_delivering)
        {
            if (_stop.IsCancellationRequested)
            {
                return false;
            }

            _replies.Writer.Write(message);
            return !_replies.Writer.FlushAsync(_stop.Token).AsTask().GetAwaiter().GetResult().IsCompleted;
        }
    }

    private static StoreStatus StatusOf(int error) => error switch
    {
        // Our paths and tokens are well formed, so what is invalid in a WATCH is the quota (get_error in xenbus_xs.c);
        // of anything else the kernel says it of the length only.
        Errno.EINVAL or Errno.E2BIG or Errno.ENOSPC => StoreStatus.QuotaExceeded,
        Errno.ENOENT => StoreStatus.NotFound,
        Errno.EACCES or Errno.EPERM => StoreStatus.AccessDenied,
        Errno.EEXIST => StoreStatus.Exists,
        Errno.EAGAIN or Errno.EBUSY or Errno.ENOMEM => StoreStatus.TryAgain,
        _ => StoreStatus.Invalid,
    };
}
