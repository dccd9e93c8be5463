using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>
/// A netlink socket to the kernel: requests that are acknowledged, dumps, and multicast groups. Not thread-safe.
/// </summary>
/// <remarks>
/// Use one socket for requests and another for groups: <see cref="Request"/> and <see cref="Dump"/> throw away whatever
/// is not an answer to them. Datagrams that do not come from the kernel are never seen by the caller.
/// </remarks>
public sealed unsafe class NetlinkSocket : IDisposable
{
    /// <summary>Bytes of the buffer for answers: the kernel answers dumps with datagrams of up to 32 KB (<c>netlink_dump</c> in net/netlink/af_netlink.c); twice that is room.</summary>
    private const int AnswerBufferLength = 64 * 1024;

    private const int AnswerTimeoutMilliseconds = 5000;

    /// <summary>Most dumps of one table: one that changes during each of them is changing for good.</summary>
    private const int DumpAttempts = 16;

    private readonly FileDescriptor _socket;
    private uint _sequence;

    private NetlinkSocket(FileDescriptor socket) => _socket = socket;

    /// <summary>The socket's descriptor, to poll for readability; owned by this object.</summary>
    public int Descriptor => _socket.Number;

    /// <summary>Datagrams that came while an answer was awaited, were no answer, and are lost.</summary>
    public int StrayDatagrams { get; private set; }

    /// <summary>Opens a socket and lets the kernel choose its port.</summary>
    /// <param name="protocol">For example <see cref="LinuxNetlink.NETLINK_ROUTE"/>.</param>
    /// <param name="groups">Multicast groups to hear from the start, one bit each (<c>RTMGRP_...</c>).</param>
    /// <exception cref="NetlinkException">No such protocol in this kernel, or no permission.</exception>
    public static NetlinkSocket Open(int protocol, uint groups = 0)
    {
        var descriptor = new FileDescriptor(LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, protocol));
        if (descriptor.IsInvalid)
        {
            int error = LibC.LastError;
            descriptor.Dispose();
            throw new NetlinkException($"open a netlink socket (protocol {protocol})", error);
        }

        var address = new sockaddr_nl { nl_family = LibC.AF_NETLINK, nl_groups = groups };
        if (LibC.bind(descriptor.Number, &address, (uint)sizeof(sockaddr_nl)) != 0)
        {
            int error = LibC.LastError;
            descriptor.Dispose();
            throw new NetlinkException($"bind a netlink socket (protocol {protocol}, groups 0x{groups:x})", error);
        }

        var socket = new NetlinkSocket(descriptor);

        // Errors then come with the kernel's words and without a copy of the request. Before 4.12: plain numbers, no harm.
        _ = socket.TrySetOption(LinuxNetlink.NETLINK_EXT_ACK, 1);
        _ = socket.TrySetOption(LinuxNetlink.NETLINK_CAP_ACK, 1);
        return socket;
    }

    /// <summary>Sets an option of level <c>SOL_NETLINK</c>; false if the kernel does not have it.</summary>
    public bool TrySetOption(int option, int value) =>
        LibC.setsockopt(Descriptor, LinuxNetlink.SOL_NETLINK, option, &value, sizeof(int)) == 0;

    /// <summary>Asks for a receive buffer of <paramref name="bytes"/>: beyond the system's limit with CAP_NET_ADMIN, up to it without.</summary>
    /// <returns>What the kernel granted, in bytes of its own accounting (twice what was asked for).</returns>
    public int SetReceiveBuffer(int bytes)
    {
        if (LibC.setsockopt(Descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, &bytes, sizeof(int)) != 0)
        {
            _ = LibC.setsockopt(Descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &bytes, sizeof(int));
        }

        int granted = 0;
        uint length = sizeof(int);
        return LibC.getsockopt(Descriptor, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &granted, &length) == 0 ? granted : 0;
    }

    /// <summary>Sends a request and waits for the kernel's answer.</summary>
    /// <param name="message">Complete except for length, sequence number and the acknowledge flag, which are filled in.</param>
    /// <param name="operation">What it does, to follow "Cannot" in an error message.</param>
    /// <exception cref="NetlinkException">The kernel refused, or did not answer within five seconds.</exception>
    public void Request(ref NetlinkMessageWriter message, string operation)
    {
        int error = TryRequest(ref message, operation, out string? words);
        if (error != 0)
        {
            throw new NetlinkException(operation, error, words);
        }
    }

    /// <summary>As <see cref="Request"/>, for refusals that the caller expects.</summary>
    /// <returns>0, or the kernel's error number with its <paramref name="words"/> if it gave any.</returns>
    /// <exception cref="NetlinkException">The socket failed, or there was no answer within five seconds.</exception>
    public int TryRequest(ref NetlinkMessageWriter message, string operation, out string? words)
    {
        message.AddFlags(LinuxNetlink.NLM_F_ACK);
        Send(message.Finish(++_sequence), operation);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(AnswerBufferLength);
        try
        {
            return ReceiveResult(buffer, operation, out words);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Asks for a whole table. Starts again if it changed meanwhile.</summary>
    /// <param name="message">Complete except for length, sequence number and the dump flags, which are filled in.</param>
    /// <param name="visitor">Gets the entries.</param>
    /// <param name="operation">What it does, to follow "Cannot" in an error message.</param>
    /// <exception cref="NetlinkException">The kernel refused, the socket failed, or the table never stood still (EBUSY).</exception>
    public void Dump(ref NetlinkMessageWriter message, INetlinkDumpVisitor visitor, string operation)
    {
        message.AddFlags(LinuxNetlink.NLM_F_DUMP);
        for (int attempt = 0; attempt < DumpAttempts; attempt++)
        {
            Send(message.Finish(++_sequence), operation);
            if (ReceiveDump(visitor, operation))
            {
                return;
            }

            visitor.Restart();
        }

        throw new NetlinkException(operation, Errno.EBUSY, "the table changed during every attempt to read it");
    }

    /// <summary>Takes one datagram from the kernel without waiting.</summary>
    /// <param name="buffer">Where to put the datagram.</param>
    /// <param name="error">0, or the error number: <c>ENOBUFS</c> if multicasts were lost, <c>EMSGSIZE</c> if the buffer was too small.</param>
    /// <returns>Its length in bytes; 0 if none was waiting or after an error.</returns>
    public int Receive(Span<byte> buffer, out int error)
    {
        fixed (byte* place = buffer)
        {
            while (true)
            {
                sockaddr_nl sender = default;
                iovec vector = new() { iov_base = place, iov_len = (nuint)buffer.Length };
                msghdr header = new() { msg_name = &sender, msg_namelen = (uint)sizeof(sockaddr_nl), msg_iov = &vector, msg_iovlen = 1 };
                nint received = LibC.recvmsg(Descriptor, &header, LibC.MSG_DONTWAIT | LibC.MSG_TRUNC);
                if (received < 0)
                {
                    int failure = LibC.LastError;
                    if (failure == Errno.EINTR)
                    {
                        continue;
                    }

                    error = failure == Errno.EAGAIN ? 0 : failure;
                    return 0;
                }

                // Another process may write to our port; only port 0 is the kernel.
                if (sender.nl_pid != 0)
                {
                    continue;
                }

                error = received > buffer.Length ? Errno.EMSGSIZE : 0;
                return error == 0 ? (int)received : 0;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Send(ReadOnlySpan<byte> message, string operation)
    {
        fixed (byte* bytes = message)
        {
            while (LibC.send(Descriptor, bytes, (nuint)message.Length, 0) < 0)
            {
                int error = LibC.LastError;
                if (error != Errno.EINTR)
                {
                    throw new NetlinkException(operation, error);
                }
            }
        }
    }

    private int ReceiveResult(byte[] buffer, string operation, out string? words)
    {
        while (true)
        {
            NetlinkMessageReader answers = ReceiveAnswer(buffer, operation);
            while (answers.MoveNext())
            {
                if (answers.Header.nlmsg_seq == _sequence && answers.Header.nlmsg_type == LinuxNetlink.NLMSG_ERROR)
                {
                    return ReadError(answers, operation, out words);
                }
            }

            StrayDatagrams++;
        }
    }

    /// <summary>Receives the answer to a dump; true if it is complete and consistent.</summary>
    private bool ReceiveDump(INetlinkDumpVisitor visitor, string operation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(AnswerBufferLength);
        try
        {
            return ReceiveDump(buffer, visitor, operation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool ReceiveDump(byte[] buffer, INetlinkDumpVisitor visitor, string operation)
    {
        bool consistent = true;
        while (true)
        {
            NetlinkMessageReader answers = ReceiveAnswer(buffer, operation);
            while (answers.MoveNext())
            {
                nlmsghdr header = answers.Header;
                if (header.nlmsg_seq != _sequence)
                {
                    continue;
                }

                consistent &= (header.nlmsg_flags & LinuxNetlink.NLM_F_DUMP_INTR) == 0;
                switch (header.nlmsg_type)
                {
                    case LinuxNetlink.NLMSG_DONE:
                        // The payload starts with the dump's result, in the same form as an error's.
                        if (MemoryMarshal.TryRead(answers.Payload, out int result) && result < 0)
                        {
                            throw new NetlinkException(operation, ErrorNumber(result), ReadWords(answers, sizeof(int)));
                        }

                        return consistent;
                    case LinuxNetlink.NLMSG_ERROR:
                        throw new NetlinkException(operation, ReadError(answers, operation, out string? words), words);
                    default:
                        visitor.Visit(answers);
                        break;
                }
            }
        }
    }

    private NetlinkMessageReader ReceiveAnswer(byte[] buffer, string operation)
    {
        while (true)
        {
            int length = Receive(buffer, out int error);
            if (error == Errno.EMSGSIZE)
            {
                // Longer than any answer: a packet of a queue that was bound on this socket a moment ago.
                StrayDatagrams++;
                continue;
            }

            if (error != 0)
            {
                throw new NetlinkException(operation, error);
            }

            if (length > 0)
            {
                return new NetlinkMessageReader(buffer.AsSpan(0, length));
            }

            pollfd wanted = new() { fd = Descriptor, events = LibC.POLLIN };
            int ready = LibC.poll(&wanted, 1, AnswerTimeoutMilliseconds);
            if (ready == 0 || (ready < 0 && LibC.LastError != Errno.EINTR))
            {
                throw new NetlinkException(operation, ready == 0 ? Errno.ETIMEDOUT : LibC.LastError);
            }
        }
    }

    private static int ReadError(in NetlinkMessageReader answer, string operation, out string? words)
    {
        words = null;
        if (!MemoryMarshal.TryRead(answer.Payload, out nlmsgerr result))
        {
            throw new NetlinkException(operation, Errno.EPROTO);
        }

        // Behind an uncapped answer stands a copy of the request; the words are then not looked for.
        words = (answer.Header.nlmsg_flags & LinuxNetlink.NLM_F_CAPPED) != 0 || result.error == 0 ? ReadWords(answer, Unsafe.SizeOf<nlmsgerr>()) : null;
        return ErrorNumber(result.error);
    }

    /// <summary>The extended acknowledgement's text, which starts <paramref name="offset"/> bytes into the payload; null if there is none.</summary>
    private static string? ReadWords(in NetlinkMessageReader answer, int offset)
    {
        if ((answer.Header.nlmsg_flags & LinuxNetlink.NLM_F_ACK_TLVS) == 0)
        {
            return null;
        }

        var attributes = new AttributeReader(answer.Payload[offset..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == LinuxNetlink.NLMSGERR_ATTR_MSG)
            {
                return attributes.GetString();
            }
        }

        return null;
    }

    /// <summary>The kernel reports errors as negative numbers.</summary>
    private static int ErrorNumber(int result) => result is > 0 or int.MinValue ? Errno.EPROTO : -result;
}
