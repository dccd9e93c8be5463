using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>
/// Writes one netlink message into a buffer of the caller's without allocating; see <see cref="NetlinkLayout"/>.
/// </summary>
/// <remarks>
/// Order: constructor, <see cref="Append{T}"/> for the family's own header, attributes, <see cref="Finish"/>. Several
/// messages may share a datagram: give the next writer the buffer from <see cref="Length"/> on. A buffer that is too
/// small is a mistake of the caller's and throws <see cref="InvalidOperationException"/>.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct NetlinkMessageWriter
{
    private readonly Span<byte> _buffer;

    /// <summary>Starts a message of the given type.</summary>
    /// <param name="buffer">Where the message is written.</param>
    /// <param name="type">For example <c>RTM_NEWLINK</c>, or subsystem and message for nfnetlink.</param>
    /// <param name="flags"><c>NLM_F_...</c>; <c>NLM_F_REQUEST</c> is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NetlinkMessageWriter(Span<byte> buffer, ushort type, ushort flags = 0)
    {
        _buffer = buffer;
        Append(new nlmsghdr { nlmsg_type = type, nlmsg_flags = (ushort)(flags | LinuxNetlink.NLM_F_REQUEST) });
    }

    /// <summary>Bytes written so far; always a multiple of 4.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a structure and its padding: the family's own header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(in T body)
        where T : unmanaged => MemoryMarshal.Write(Reserve(Unsafe.SizeOf<T>()), in body);

    /// <summary>Adds an attribute with these bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(PutHeader(type, value.Length));

    /// <summary>Adds an attribute that holds a number in host order, or a structure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<T>(ushort type, in T value)
        where T : unmanaged => MemoryMarshal.Write(PutHeader(type, Unsafe.SizeOf<T>()), in value);

    /// <summary>Adds an attribute that holds a number in network order, as nfnetlink expects.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutBigEndian(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(PutHeader(type, sizeof(uint)), value);

    /// <summary>Adds an attribute that holds text and a zero byte.</summary>
    public void PutString(ushort type, ReadOnlySpan<char> text)
    {
        Span<byte> value = PutHeader(type, Encoding.UTF8.GetByteCount(text) + 1);
        value[Encoding.UTF8.GetBytes(text, value)] = 0;
    }

    /// <summary>Opens an attribute that holds attributes; what follows goes into it until <see cref="EndNested"/>.</summary>
    /// <param name="type">With <c>NLA_F_NESTED</c> where the family wants it (newer ones do, tc takes either).</param>
    /// <returns>Mark for <see cref="EndNested"/>.</returns>
    public int BeginNested(ushort type)
    {
        int mark = Length;
        PutHeader(type, 0);
        return mark;
    }

    /// <summary>Closes the attribute that <see cref="BeginNested"/> opened.</summary>
    public readonly void EndNested(int mark)
    {
        int length = Length - mark;
        if (length > ushort.MaxValue)
        {
            ThrowTooLong(length);
        }

        ushort value = (ushort)length;
        MemoryMarshal.Write(_buffer[mark..], in value);
    }

    /// <summary>Fills in the length and the sequence number.</summary>
    /// <returns>The message, ready to send.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Span<byte> Finish(uint sequence)
    {
        ref nlmsghdr header = ref MemoryMarshal.AsRef<nlmsghdr>(_buffer);
        header.nlmsg_len = (uint)Length;
        header.nlmsg_seq = sequence;
        return _buffer[..Length];
    }

    /// <summary>Adds <c>NLM_F_...</c> flags to those given at the start.</summary>
    internal readonly void AddFlags(ushort flags) => MemoryMarshal.AsRef<nlmsghdr>(_buffer).nlmsg_flags |= flags;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> PutHeader(ushort type, int valueLength)
    {
        int length = NetlinkLayout.AttributeHeaderLength + valueLength;
        if (length > ushort.MaxValue)
        {
            ThrowTooLong(length);
        }

        Span<byte> attribute = Reserve(length);
        nlattr header = new() { nla_len = (ushort)length, nla_type = type };
        MemoryMarshal.Write(attribute, in header);
        return attribute.Slice(NetlinkLayout.AttributeHeaderLength, valueLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int length)
    {
        int aligned = NetlinkLayout.Align(length);
        if (aligned > _buffer.Length - Length)
        {
            ThrowBufferFull(aligned);
        }

        Span<byte> place = _buffer.Slice(Length, aligned);
        place[(aligned - LinuxNetlink.NLMSG_ALIGNTO)..].Clear();
        Length += aligned;
        return place;
    }

    [DoesNotReturn]
    private readonly void ThrowBufferFull(int wanted) =>
        throw new InvalidOperationException($"A netlink message needs {wanted} bytes more; its buffer of {_buffer.Length} bytes holds {Length} already.");

    [DoesNotReturn]
    private static void ThrowTooLong(int length) =>
        throw new InvalidOperationException($"A netlink attribute of {length} bytes does not fit the 16-bit length field.");
}
