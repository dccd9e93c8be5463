using XenLoop.Native;

namespace XenLoop.SharedRing;

/// <summary>One message with file descriptors over a Unix socket (<c>SCM_RIGHTS</c>, unix(7)).</summary>
public static unsafe class DescriptorPassing
{
    /// <summary>The most descriptors that one message carries here.</summary>
    public const int MaxDescriptors = 8;

    private const int HeaderBytes = 16;
    private const int ControlBytes = HeaderBytes + (MaxDescriptors * sizeof(int));

    /// <summary>Sends <paramref name="bytes"/> as one message, with copies of <paramref name="descriptors"/>; the caller's stay open.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    /// <param name="bytes">At least one byte.</param>
    /// <param name="descriptors">Up to <see cref="MaxDescriptors"/>, or none.</param>
    /// <param name="flags"><c>MSG_DONTWAIT</c> or 0.</param>
    /// <returns>0, or the error number.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors, int flags)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors, nameof(descriptors));
        ulong* control = stackalloc ulong[ControlBytes / sizeof(ulong)];
        fixed (byte* start = bytes)
        {
            iovec vector = new() { iov_base = start, iov_len = (nuint)bytes.Length };
            msghdr message = new() { msg_iov = &vector, msg_iovlen = 1 };
            if (!descriptors.IsEmpty)
            {
                cmsghdr* header = (cmsghdr*)control;
                header->cmsg_level = LibC.SOL_SOCKET;
                header->cmsg_type = LibC.SCM_RIGHTS;
                header->cmsg_len = (nuint)(HeaderBytes + (descriptors.Length * sizeof(int)));
                descriptors.CopyTo(new Span<int>(header + 1, descriptors.Length));
                message.msg_control = control;
                message.msg_controllen = Padded(header->cmsg_len);
            }

            return Retry(socket, &message, flags | LibC.MSG_NOSIGNAL, sends: true) < 0 ? LibC.LastError : 0;
        }
    }

    /// <summary>Receives one message. Descriptors that do not fit the caller's list are closed, and the message counts as malformed.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    /// <param name="bytes">Receives the message.</param>
    /// <param name="descriptors">Receives its descriptors, close-on-exec, each to be closed by the caller.</param>
    /// <param name="length">Bytes received; 0: the other side closed the connection (or sent an empty message).</param>
    /// <param name="passed">Descriptors received.</param>
    /// <param name="flags"><c>MSG_DONTWAIT</c> or 0.</param>
    /// <returns>0; <see cref="Errno.EMSGSIZE"/> for a message with more bytes or descriptors than expected; or the error number.</returns>
    public static int Receive(int socket, Span<byte> bytes, Span<int> descriptors, out int length, out int passed, int flags)
    {
        ulong* control = stackalloc ulong[ControlBytes / sizeof(ulong)];
        length = 0;
        passed = 0;
        fixed (byte* start = bytes)
        {
            iovec vector = new() { iov_base = start, iov_len = (nuint)bytes.Length };
            msghdr message = new() { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = ControlBytes };
            nint received = Retry(socket, &message, flags | LibC.MSG_CMSG_CLOEXEC, sends: false);
            if (received < 0)
            {
                return LibC.LastError;
            }

            bool fits = Collect(&message, descriptors, ref passed) && (message.msg_flags & (LibC.MSG_TRUNC | LibC.MSG_CTRUNC)) == 0;
            length = (int)received;
            if (fits)
            {
                return 0;
            }
        }

        Close(descriptors[..passed]);
        passed = 0;
        return Errno.EMSGSIZE;
    }

    /// <summary>Closes descriptors that arrived and are not wanted.</summary>
    public static void Close(ReadOnlySpan<int> descriptors)
    {
        foreach (int descriptor in descriptors)
        {
            _ = LibC.close(descriptor);
        }
    }

    private static bool Collect(msghdr* message, Span<int> descriptors, ref int passed)
    {
        bool fits = true;
        byte* position = (byte*)message->msg_control;
        byte* end = position + message->msg_controllen;
        while (end - position >= HeaderBytes)
        {
            cmsghdr* header = (cmsghdr*)position;
            if (header->cmsg_len < HeaderBytes || header->cmsg_len > (nuint)(end - position))
            {
                return false;
            }

            if (header->cmsg_level == LibC.SOL_SOCKET && header->cmsg_type == LibC.SCM_RIGHTS)
            {
                foreach (int descriptor in new ReadOnlySpan<int>(header + 1, (int)(header->cmsg_len - HeaderBytes) / sizeof(int)))
                {
                    if (passed < descriptors.Length)
                    {
                        descriptors[passed++] = descriptor;
                    }
                    else
                    {
                        _ = LibC.close(descriptor);
                        fits = false;
                    }
                }
            }

            position += Padded(header->cmsg_len);
        }

        return fits;
    }

    /// <summary><c>CMSG_ALIGN</c>.</summary>
    private static nuint Padded(nuint length) => (length + 7) & ~(nuint)7;

    private static nint Retry(int socket, msghdr* message, int flags, bool sends)
    {
        nint result;
        do
        {
            result = sends ? LibC.sendmsg(socket, message, flags) : LibC.recvmsg(socket, message, flags);
        }
        while (result < 0 && LibC.LastError == Errno.EINTR);
        return result;
    }
}
