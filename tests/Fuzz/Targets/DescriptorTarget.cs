using System.Buffers.Binary;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Tests.Hostile;

namespace XenLoop.Fuzz.Targets;

/// <summary>The connector meets a descriptor page that it never saw the like of.</summary>
internal sealed unsafe class DescriptorTarget : FuzzTarget
{
    private const int RingBytes = 4096;
    private const ulong Nonce = 0x0123_4567_89AB_CDEF;

    private readonly MappedLink _link = Map();

    public override string Name => "descriptor";

    public override int LongestInput => ChannelDescriptor.Bytes;

    public override IEnumerable<byte[]> Seeds()
    {
        _link.Clear();
        Channel.Listen(_link, Nonce);
        return [new Span<byte>(_link.Descriptor, ChannelDescriptor.ListenerLifeOffset + 1).ToArray()];
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        _link.Clear();
        input.CopyTo(new Span<byte>(_link.Descriptor, ChannelDescriptor.Bytes));
        Channel channel;
        try
        {
            channel = Channel.Connect(_link, Nonce);
        }
        catch (ChannelPlatformException)
        {
            InvariantException.Unless(input.Length <= ChannelDescriptor.ConnectorLifeOffset || _link.Descriptor[ChannelDescriptor.ConnectorLifeOffset] == input[ChannelDescriptor.ConnectorLifeOffset], "A refused descriptor was written to.");
            return;
        }

        InvariantException.Unless(
            BinaryPrimitives.ReadUInt64LittleEndian(input[ChannelDescriptor.MagicOffset..]) == ChannelDescriptor.Magic
                && BinaryPrimitives.ReadUInt32LittleEndian(input[ChannelDescriptor.RingBytesOffset..]) == RingBytes
                && BinaryPrimitives.ReadUInt64LittleEndian(input[ChannelDescriptor.NonceOffset..]) == Nonce,
            "A descriptor was taken that was not offered.");

        // The rest of the page is the first thing that both ends look at.
        _ = channel.PeerLeft;
        _ = channel.Inbound.TryRead(out _, out _, out _);
        _ = channel.Inbound.ProducerClosed;
        _ = channel.Outbound.TryReserve(100, out _);
        InvariantException.Unless(channel.Outbound.Used() is >= 0 and <= RingBytes, "More is used than there is.");
    }

    private static MappedLink Map()
    {
        using FileDescriptor file = SharedPages.Create(RingBytes);
        return new MappedLink(new MappedPages(file, RingBytes), RingBytes);
    }
}
