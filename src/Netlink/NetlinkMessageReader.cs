using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>Walks the messages of one received datagram without allocating; see <see cref="NetlinkLayout"/>. What does not fit ends the walk.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct NetlinkMessageReader
{
    private readonly ReadOnlySpan<byte> _datagram;
    private int _next;
    private int _payloadOffset;
    private nlmsghdr _header;

    /// <summary>Starts before the first message of <paramref name="datagram"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NetlinkMessageReader(ReadOnlySpan<byte> datagram) => _datagram = datagram;

    /// <summary>Copy of the present message's header.</summary>
    public readonly nlmsghdr Header => _header;

    /// <summary>Where the present message's payload starts, in bytes from the start of the datagram.</summary>
    public readonly int PayloadOffset => _payloadOffset;

    /// <summary>What follows the present message's header, without padding.</summary>
    public readonly ReadOnlySpan<byte> Payload
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _datagram.Slice(_payloadOffset, (int)_header.nlmsg_len - NetlinkLayout.MessageHeaderLength);
    }

    /// <summary>Goes to the next message; false at the end, or where the rest is not a message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        int left = _datagram.Length - _next;
        if (left < NetlinkLayout.MessageHeaderLength)
        {
            return false;
        }

        nlmsghdr header = MemoryMarshal.Read<nlmsghdr>(_datagram.Slice(_next, NetlinkLayout.MessageHeaderLength));
        if (header.nlmsg_len < (uint)NetlinkLayout.MessageHeaderLength || header.nlmsg_len > (uint)left)
        {
            return false;
        }

        _header = header;
        _payloadOffset = _next + NetlinkLayout.MessageHeaderLength;

        // Aligned in 64 bits: a length just below 2^31 must not wrap. The last message's padding may be missing.
        long aligned = ((long)header.nlmsg_len + LinuxNetlink.NLMSG_ALIGNTO - 1) & ~(LinuxNetlink.NLMSG_ALIGNTO - 1L);
        _next += (int)Math.Min(aligned, left);
        return true;
    }

    /// <summary>Splits the present payload into the family's own header <typeparamref name="T"/> and the attributes behind it; false if it is too short for the header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryReadBody<T>(out T body, out AttributeReader attributes)
        where T : unmanaged
    {
        ReadOnlySpan<byte> payload = Payload;
        if (!MemoryMarshal.TryRead(payload, out body))
        {
            attributes = default;
            return false;
        }

        attributes = new AttributeReader(payload[Math.Min(NetlinkLayout.Align(Unsafe.SizeOf<T>()), payload.Length)..]);
        return true;
    }
}
