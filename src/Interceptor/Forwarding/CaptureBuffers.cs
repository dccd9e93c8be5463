using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// The data path's own memory for captured messages, outside of the managed heap: <see cref="Count"/> slots for whole messages
/// (only pages that were ever written cost memory) and a small one for the attributes of a packet that goes straight into a ring.
/// </summary>
internal sealed unsafe class CaptureBuffers : IDisposable
{
    /// <summary>Most messages of one receive.</summary>
    public const int Count = 32;

    /// <summary>Bytes of room for one message: the longest payload and more attributes than the kernel ever puts in front.</summary>
    public const int MessageBytes = QueueSocket.LongestPayload + HeadBytes;

    /// <summary>Bytes of room for the attributes of one message.</summary>
    public const int HeadBytes = 512;

    /// <summary>Bytes from one slot to the next, whole pages.</summary>
    private const int SlotBytes = (MessageBytes + 4095) & ~4095;

    private const int HeadOffset = Count * SlotBytes;
    private const int VectorsOffset = HeadOffset + HeadBytes;
    private const int HeadersOffset = VectorsOffset + (Count * 16);
    private const int TotalBytes = HeadersOffset + (Count * 64);

    private readonly byte* _memory;
    private readonly iovec* _vectors;
    private readonly mmsghdr* _headers;

    /// <summary>Maps the memory.</summary>
    /// <exception cref="GuestSetupException">There is no memory.</exception>
    public CaptureBuffers()
    {
        _memory = (byte*)LibC.mmap(null, TotalBytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (_memory == LibC.MAP_FAILED)
        {
            throw new GuestSetupException($"No memory for {TotalBytes >> 10} KB of capture buffers: {Errno.Describe(LibC.LastError)}.");
        }

        _vectors = (iovec*)(_memory + VectorsOffset);
        _headers = (mmsghdr*)(_memory + HeadersOffset);
        for (int i = 0; i < Count; i++)
        {
            _vectors[i].iov_base = Message(i);
            _headers[i].msg_hdr.msg_iov = &_vectors[i];
            _headers[i].msg_hdr.msg_iovlen = 1;
        }
    }

    /// <summary>The slot for attributes, and for private copies of packet headers.</summary>
    public byte* Head => _memory + HeadOffset;

    /// <summary>A message's slot.</summary>
    public byte* Message(int index) => _memory + (index * SlotBytes);

    /// <summary>Bytes received into a slot.</summary>
    public uint Length(int index) => _headers[index].msg_len;

    /// <summary>The receive headers of all slots, set to take at most <paramref name="bytes"/> of each message.</summary>
    public mmsghdr* Messages(int bytes)
    {
        if (_vectors[0].iov_len != (nuint)bytes)
        {
            for (int i = 0; i < Count; i++)
            {
                _vectors[i].iov_len = (nuint)bytes;
            }
        }

        return _headers;
    }

    /// <inheritdoc/>
    public void Dispose() => LibC.munmap(_memory, TotalBytes);
}
