using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using XenLoop.Native;

namespace XenLoop.Netlink.Queue;

/// <summary>Collects verdicts of one queue and sends them with one syscall.</summary>
/// <remarks>
/// <c>NFQNL_MSG_VERDICT_BATCH</c> covers every packet still waiting up to the one it names
/// (<c>nfqnl_recv_verdict_batch</c>), so a run of equal verdicts becomes one message, and messages are kept in packet order:
/// the kernel has always disposed of all earlier packets when it reads a batch. Every captured packet must get a verdict
/// here, in the order of capture.
/// </remarks>
public sealed unsafe class VerdictBatch
{
    /// <summary>Most messages that are collected before they are sent; each is one verdict, or a run of equal ones.</summary>
    private const int Capacity = 64;

    private readonly int _fd;
    private readonly ushort _queue;
    private readonly verdict_message[] _messages = new verdict_message[Capacity];
    private int _count;

    /// <summary>Makes the batch of a queue bound on netlink socket <paramref name="fd"/>.</summary>
    public VerdictBatch(int fd, ushort queue)
    {
        _fd = fd;
        _queue = BinaryPrimitives.ReverseEndianness(queue);
    }

    /// <summary>Packets whose verdict has not been sent.</summary>
    public int PendingPackets { get; private set; }

    /// <summary>Payload bytes that those packets hold in the kernel.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>True if one of them is not <see cref="Verdict.Drop"/>: its packet waits to go on.</summary>
    public bool HoldsUpPackets { get; private set; }

    /// <summary>Adds the verdict on the packet captured last.</summary>
    /// <param name="id">The packet's number, in network order.</param>
    /// <param name="verdict">What becomes of the packet.</param>
    /// <param name="bytes">The packet's payload bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint id, Verdict verdict, int bytes)
    {
        uint value = BinaryPrimitives.ReverseEndianness((uint)verdict);
        if (_count > 0 && _messages[_count - 1].verdict == value)
        {
            ref verdict_message last = ref _messages[_count - 1];
            last.header.nlmsg_type = NfnetlinkQueue.NFQNL_MSG_VERDICT_BATCH;
            last.id = id;
        }
        else
        {
            while (_count == Capacity)
            {
                Flush();
            }

            ref verdict_message message = ref _messages[_count++];
            message.header = new nlmsghdr
            {
                nlmsg_len = verdict_message.Size,
                nlmsg_type = NfnetlinkQueue.NFQNL_MSG_VERDICT,
                nlmsg_flags = LinuxNetlink.NLM_F_REQUEST,
            };
            message.generic = new nfgenmsg { nfgen_family = LibC.AF_UNSPEC, version = NfnetlinkQueue.NFNETLINK_V0, res_id = _queue };
            message.attribute = new nlattr
            {
                nla_len = verdict_message.Size - NetlinkLayout.MessageHeaderLength - 4,
                nla_type = NfnetlinkQueue.NFQA_VERDICT_HDR,
            };
            message.verdict = value;
            message.id = id;
        }

        HoldsUpPackets |= verdict != Verdict.Drop;
        PendingPackets++;
        PendingBytes += bytes;
    }

    /// <summary>
    /// Sends what has been collected. If the kernel has no memory for it at the moment, the batch stays for the next call. Other
    /// errors are not reported: the kernel answers an unknown packet with a message that the next receive skips.
    /// </summary>
    public void Flush()
    {
        if (_count == 0)
        {
            return;
        }

        fixed (verdict_message* first = _messages)
        {
            if (-DirectCalls.Send(_fd, first, (nuint)(_count * verdict_message.Size)) is Errno.ENOBUFS or Errno.ENOMEM or Errno.EAGAIN or Errno.EINTR)
            {
                LibC.sched_yield();
                return;
            }
        }

        _count = 0;
        HoldsUpPackets = false;
        PendingPackets = 0;
        PendingBytes = 0;
    }
}
