using System.Globalization;
using XenLoop.Native;

namespace XenLoop.Discovery;

/// <summary><c>/dev/xen/xenbus</c>: the kernel's own connection to the store, shared with every process that opens the device.</summary>
/// <remarks>A blocking read could not be cancelled, so the device is opened non-blocking and waited for together with an eventfd.</remarks>
internal sealed unsafe class XenBusDevice : IXenBusFile
{
    private readonly FileDescriptor _device;
    private readonly FileDescriptor _cancel;
    private readonly Lock _closing = new();
    private bool _closed;

    private XenBusDevice(FileDescriptor device, FileDescriptor cancel)
    {
        _device = device;
        _cancel = cancel;
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="StoreUnavailableException">There is no device, or this process may not use it.</exception>
    public static XenBusDevice Open(string path)
    {
        FileDescriptor device = FileDescriptor.Open(path, LibC.O_RDWR | LibC.O_NONBLOCK);
        if (!device.IsInvalid)
        {
            return WithCancel(device);
        }

        int error = LibC.LastError;
        device.Dispose();
        throw new StoreUnavailableException(error switch
        {
            // xenbus_file_open says ENOENT too while the kernel has no connection to a store. Not in Dom0 before xenstored runs: that
            // has one from boot on (xenstored_local_init), to nobody yet.
            Errno.ENOENT or Errno.ENXIO or Errno.ENODEV => $"{path} cannot be opened ({Errno.Describe(error)}): this is no Xen domain, or its XenStore does not run yet. In Dom0 start xenstored.",
            Errno.EACCES or Errno.EPERM => $"{path} may not be opened ({Errno.Describe(error)}): xenloop must run as root on Xen, and a container needs the device.",
            _ => $"{path} cannot be opened: {Errno.Describe(error)}.",
        });
    }

    private static XenBusDevice WithCancel(FileDescriptor device)
    {
        var cancel = new FileDescriptor(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK));
        if (!cancel.IsInvalid)
        {
            return new XenBusDevice(device, cancel);
        }

        int error = LibC.LastError;
        device.Dispose();
        throw new StoreUnavailableException($"No descriptor to wait for the store with: {Errno.Describe(error)}.");
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        pollfd* wanted = stackalloc pollfd[2];
        wanted[0] = new pollfd { fd = _device.Number, events = LibC.POLLIN };
        wanted[1] = new pollfd { fd = _cancel.Number, events = LibC.POLLIN };
        while (true)
        {
            if (LibC.poll(wanted, 2, Timeout.Infinite) < 0 && LibC.LastError != Errno.EINTR)
            {
                throw new IOException($"Waiting for the xenbus device failed: {Errno.Describe(LibC.LastError)}.");
            }

            if (wanted[1].revents != 0)
            {
                return 0;
            }

            fixed (byte* bytes = buffer)
            {
                nint count = LibC.read(_device.Number, bytes, (nuint)buffer.Length);
                if (count > 0)
                {
                    return (int)count;
                }

                if (count == 0 || LibC.LastError is not (Errno.EAGAIN or Errno.EINTR))
                {
                    throw new IOException(count == 0 ? "The xenbus device ended." : $"Reading the xenbus device failed: {Errno.Describe(LibC.LastError)}.");
                }
            }
        }
    }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> message)
    {
        fixed (byte* bytes = message)
        {
            nint count;
            do
            {
                count = LibC.write(_device.Number, bytes, (nuint)message.Length);
            }
            while (count < 0 && LibC.LastError == Errno.EINTR);

            return count < 0 ? LibC.LastError
                : count == message.Length ? 0
                : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The xenbus device took {count} of a message's {message.Length} bytes."));
        }
    }

    /// <inheritdoc/>
    /// <remarks>After <see cref="Dispose"/> the number may be another file's: nothing is written then.</remarks>
    public void Cancel()
    {
        lock (_closing)
        {
            if (!_closed)
            {
                ulong one = 1;
                _ = LibC.write(_cancel.Number, &one, sizeof(ulong));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_closing)
        {
            _closed = true;
            _device.Dispose();
            _cancel.Dispose();
        }
    }
}
