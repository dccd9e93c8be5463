using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using XenLoop.Native;

namespace XenLoop.Netlink.Queue;

/// <summary>One bound <c>NFQUEUE</c>, on a netlink socket of its own. Closing it lets its packets take the standard path again.</summary>
public sealed unsafe class QueueSocket : IDisposable
{
    /// <summary>
    /// Most payload bytes that one message can carry: the attribute's 16-bit length less its header (<c>nfqnl_set_mode</c> in
    /// <c>net/netfilter/nfnetlink_queue.c</c>).
    /// </summary>
    public const int LongestPayload = 0xFFFF - NetlinkLayout.AttributeHeaderLength;

    /// <summary>Most packets that can have come in while the kernel answered the bind; they are numbered from 1.</summary>
    private const uint MostEarlyPackets = 1 << 16;

    private readonly NetlinkSocket _socket;
    private readonly QueueOptions _options;
    private bool _isClosed;

    private QueueSocket(NetlinkSocket socket, QueueOptions options)
    {
        _socket = socket;
        _options = options;
        Verdicts = new VerdictBatch(socket.Descriptor, options.Number);
    }

    /// <summary>The queue's number.</summary>
    public ushort Number => _options.Number;

    /// <summary>The socket's descriptor, to wait for packets; the socket is read without blocking.</summary>
    public int Fd => _socket.Descriptor;

    /// <summary>Verdicts on this queue's packets.</summary>
    public VerdictBatch Verdicts { get; }

    /// <summary>Binds a queue and sets it up for whole packets.</summary>
    /// <exception cref="NetlinkException">
    /// <c>EBUSY</c>: another process listens on this queue. <c>EPERM</c>: no CAP_NET_ADMIN. Anything else: this kernel has no
    /// <c>nfnetlink_queue</c>, or not the options that are needed.
    /// </exception>
    public static QueueSocket Bind(QueueOptions options)
    {
        NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_NETFILTER);
        try
        {
            socket.SetReceiveBuffer(options.ReceiveBufferBytes);

            // Rather an unseen loss (the packet then fails open) than an error on every receive.
            socket.TrySetOption(LinuxNetlink.NETLINK_NO_ENOBUFS, 1);
            RefuseOtherSenders(socket);
            Configure(socket, options);
            var queue = new QueueSocket(socket, options);
            queue.AcceptEarlyPackets();
            return queue;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Receives one message, its first bytes into one place and the rest into another.</summary>
    /// <param name="head">Where the attributes go.</param>
    /// <param name="headBytes">How many bytes go there.</param>
    /// <param name="rest">Where the payload goes, if the attributes are exactly <paramref name="headBytes"/> long.</param>
    /// <param name="restBytes">Bytes of room there.</param>
    /// <returns>Bytes received; 0 if nothing waits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Receive(byte* head, int headBytes, byte* rest, int restBytes)
    {
        iovec* vectors = stackalloc iovec[2];
        vectors[0] = new iovec { iov_base = head, iov_len = (nuint)headBytes };
        vectors[1] = new iovec { iov_base = rest, iov_len = (nuint)restBytes };
        msghdr message = new() { msg_iov = vectors, msg_iovlen = 2 };
        nint received = DirectCalls.ReceiveAtOnce(Fd, &message);
        return received > 0 ? (int)received : 0;
    }

    /// <summary>Receives one message into one place.</summary>
    /// <returns>Bytes received; 0 if nothing waits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Receive(byte* message, int bytes) => (int)Math.Max(0, DirectCalls.ReceiveAtOnce(Fd, message, (nuint)bytes));

    /// <summary>Receives up to <paramref name="count"/> messages.</summary>
    /// <param name="messages">Where each goes; <see cref="mmsghdr.msg_len"/> tells its length.</param>
    /// <param name="count">How many there is room for.</param>
    /// <returns>How many came; fewer than <paramref name="count"/> means that no more wait.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReceiveMany(mmsghdr* messages, int count) => (int)Math.Max(0, DirectCalls.ReceiveAtOnce(Fd, messages, count));

    /// <summary>
    /// Changes whether super-packets come whole; takes effect for packets that are queued from now on. Unlike a request, this does
    /// not wait for an answer: packets may be on their way on the same socket. The kernel has always honoured it by then.
    /// </summary>
    public void SetSegmentation(bool enabled)
    {
        Span<byte> buffer = stackalloc byte[64];
        NetlinkMessageWriter message = Start(buffer, Number);
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_FLAGS, enabled ? NfnetlinkQueue.NFQA_CFG_F_GSO : 0);
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_MASK, NfnetlinkQueue.NFQA_CFG_F_GSO);
        Send(ref message);
    }

    /// <summary>
    /// Has the kernel let everything pass that comes from now on, as if no rule sent it here; or no longer. What waits already goes on
    /// waiting for its verdict. A queue of length 0 is full, and a full one fails open (<c>__nfqnl_enqueue_packet</c>).
    /// In force when this returns, without an answer being waited for, as <see cref="SetSegmentation"/>.
    /// </summary>
    public void SetBypass(bool enabled)
    {
        Span<byte> buffer = stackalloc byte[64];
        NetlinkMessageWriter message = Start(buffer, Number);
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_QUEUE_MAXLEN, enabled ? 0 : (uint)_options.MaxPackets);
        Send(ref message);
    }

    /// <summary>
    /// Lets those senders go on that waited for room that a verdict has made in their sockets. The kernel leaves that to a tasklet
    /// (<c>tcp_tsq_workfn</c> in net/ipv4/tcp_output.c), and that to ksoftirqd, which on a busy processor gets its turn at the next tick;
    /// but a system call that takes the socket's lock runs what is pending when it gives that back (<c>__local_bh_enable_ip</c>).
    /// </summary>
    public void ReleaseSenders()
    {
        int least = 1;
        _ = LibC.setsockopt(Fd, LibC.SOL_SOCKET, LibC.SO_RCVLOWAT, &least, sizeof(int));
    }

    /// <summary>Bytes of the message that is received next, attributes included; 0: none waits.</summary>
    public int NextMessageBytes() => (int)Math.Max(0, LibC.recv(Fd, null, 0, LibC.MSG_PEEK | LibC.MSG_TRUNC | LibC.MSG_DONTWAIT));

    /// <inheritdoc/>
    /// <remarks>The queue is given up first: a program that is just being started has a copy of the descriptor from fork to exec, and would keep it taken.</remarks>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            NetlinkMessageWriter message = Start(stackalloc byte[64], Number);
            message.Put(NfnetlinkQueue.NFQA_CFG_CMD, new nfqnl_msg_config_cmd { command = NfnetlinkQueue.NFQNL_CFG_CMD_UNBIND });
            Send(ref message);
            _socket.Dispose();
        }
    }

    /// <summary>A connected netlink socket takes datagrams from that address only (<c>netlink_getsockbyportid</c>): port 0, the kernel. The hot path then need not look at senders.</summary>
    private static void RefuseOtherSenders(NetlinkSocket socket)
    {
        var kernel = new sockaddr_nl { nl_family = LibC.AF_NETLINK };
        if (LibC.connect(socket.Descriptor, &kernel, (uint)sizeof(sockaddr_nl)) != 0)
        {
            throw new NetlinkException("connect a netlink socket to the kernel", LibC.LastError);
        }
    }

    /// <summary>
    /// Sets the queue up with one message for everything: between a bind and a later message with the copy mode, the kernel would drop what a rule that is
    /// already in place sends here (nfqnl_enqueue_packet refuses packets in mode NONE).
    /// </summary>
    private static void Configure(NetlinkSocket socket, QueueOptions options)
    {
        string operation = $"bind NFQUEUE {options.Number}";
        uint flags = NfnetlinkQueue.NFQA_CFG_F_FAIL_OPEN | (options.Segmentation ? NfnetlinkQueue.NFQA_CFG_F_GSO : 0);
        NetlinkMessageWriter message = Start(stackalloc byte[128], options.Number);
        message.Put(NfnetlinkQueue.NFQA_CFG_CMD, new nfqnl_msg_config_cmd { command = NfnetlinkQueue.NFQNL_CFG_CMD_BIND });
        message.Put(NfnetlinkQueue.NFQA_CFG_PARAMS, new nfqnl_msg_config_params
        {
            copy_range = BinaryPrimitives.ReverseEndianness(0xFFFFu),
            copy_mode = NfnetlinkQueue.NFQNL_COPY_PACKET,
        });
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_FLAGS, flags);
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_MASK, NfnetlinkQueue.NFQA_CFG_F_FAIL_OPEN | NfnetlinkQueue.NFQA_CFG_F_GSO);
        message.PutBigEndian(NfnetlinkQueue.NFQA_CFG_QUEUE_MAXLEN, (uint)options.MaxPackets);
        int error = socket.TryRequest(ref message, operation, out string? words);
        if (error != 0)
        {
            // nfqnl_recv_config refuses another socket's queue with EPERM, as it does a caller without CAP_NET_ADMIN; but whoever has
            // that may give the obsolete PF_BIND, which does nothing, for any queue.
            bool taken = error == Errno.EPERM && TryCommand(socket, options.Number, NfnetlinkQueue.NFQNL_CFG_CMD_PF_BIND, operation, out _) == 0;
            throw taken ? new NetlinkException(operation, Errno.EBUSY) : new NetlinkException(operation, error, words);
        }
    }

    /// <summary>
    /// Lets go what came in before the kernel's answer to the bind, which <see cref="NetlinkSocket"/> has thrown away unread: such
    /// packets would otherwise wait for a verdict forever. Later ones have higher numbers and are not touched.
    /// </summary>
    private void AcceptEarlyPackets()
    {
        byte* ignored = stackalloc byte[1];
        int early = _socket.StrayDatagrams;
        while (LibC.recv(Fd, ignored, 1, LibC.MSG_DONTWAIT) >= 0)
        {
            early++;
        }

        if (early == 0)
        {
            return;
        }

        // Two verdicts of one kind make a batch, which covers all packets up to its number.
        Verdicts.Add(BinaryPrimitives.ReverseEndianness(MostEarlyPackets - 1), Verdict.Accept, 0);
        Verdicts.Add(BinaryPrimitives.ReverseEndianness(MostEarlyPackets), Verdict.Accept, 0);
        Verdicts.Flush();
    }

    private static int TryCommand(NetlinkSocket socket, ushort queue, byte command, string operation, out string? words)
    {
        Span<byte> buffer = stackalloc byte[64];
        NetlinkMessageWriter message = Start(buffer, queue);
        message.Put(NfnetlinkQueue.NFQA_CFG_CMD, new nfqnl_msg_config_cmd { command = command });
        return socket.TryRequest(ref message, operation, out words);
    }

    private void Send(ref NetlinkMessageWriter message)
    {
        fixed (byte* bytes = message.Finish(sequence: 0))
        {
            LibC.send(Fd, bytes, (nuint)message.Length, 0);
        }
    }

    private static NetlinkMessageWriter Start(Span<byte> buffer, ushort queue)
    {
        var message = new NetlinkMessageWriter(buffer, NfnetlinkQueue.NFQNL_MSG_CONFIG);
        message.Append(new nfgenmsg
        {
            nfgen_family = LibC.AF_UNSPEC,
            version = NfnetlinkQueue.NFNETLINK_V0,
            res_id = BinaryPrimitives.ReverseEndianness(queue),
        });
        return message;
    }
}
