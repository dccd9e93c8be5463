using System.Text;

namespace XenLoop.SharedRing.Tests;

public unsafe class ChannelDescriptorTests
{
    [Fact]
    public void TheLayoutIsPinned()
    {
        Assert.Equal("XenLoop\0", Encoding.ASCII.GetString(BitConverter.GetBytes(ChannelDescriptor.Magic)));
        (string Name, int Offset)[] expected =
        [
            (nameof(ChannelDescriptor.MagicOffset), 0x000),
            (nameof(ChannelDescriptor.VersionOffset), 0x008),
            (nameof(ChannelDescriptor.FeaturesOffset), 0x00C),
            (nameof(ChannelDescriptor.RingBytesOffset), 0x010),
            (nameof(ChannelDescriptor.NonceOffset), 0x018),
            (nameof(ChannelDescriptor.ListenerToConnectorOffset), 0x100),
            (nameof(ChannelDescriptor.ConnectorToListenerOffset), 0x300),
            (nameof(ChannelDescriptor.ListenerLifeOffset), 0x500),
            (nameof(ChannelDescriptor.ConnectorLifeOffset), 0x580),
            (nameof(ChannelDescriptor.GrantReferencesOffset), 0x800),
            (nameof(ChannelDescriptor.ProducedOffset), 0x000),
            (nameof(ChannelDescriptor.ClosedOffset), 0x004),
            (nameof(ChannelDescriptor.ConsumedOffset), 0x080),
            (nameof(ChannelDescriptor.WakeProducerAtOffset), 0x100),
            (nameof(ChannelDescriptor.WakeConsumerAtOffset), 0x180),
        ];
        (string, int)[] actual = [.. typeof(ChannelDescriptor).GetFields().Where(field => field.Name.EndsWith("Offset", StringComparison.Ordinal)).Select(field => (field.Name, (int)field.GetRawConstantValue()!))];
        Assert.Equal(expected.Order(), actual.Order());
        Assert.Equal(1u, ChannelDescriptor.Version);
        Assert.Equal(4096, ChannelDescriptor.Bytes);
        Assert.Equal(ChannelDescriptor.Bytes, ChannelDescriptor.GrantReferencesOffset + (2 * ChannelDescriptor.GrantReferencesPerRing * sizeof(uint)));
    }

    [Fact]
    public void NoLineHasTwoWriters()
    {
        List<(int Offset, string Writer)> words = [];
        foreach (int ring in (int[])[ChannelDescriptor.ListenerToConnectorOffset, ChannelDescriptor.ConnectorToListenerOffset])
        {
            words.Add((ring + ChannelDescriptor.ProducedOffset, $"producer {ring}"));
            words.Add((ring + ChannelDescriptor.ClosedOffset, $"producer {ring}"));
            words.Add((ring + ChannelDescriptor.WakeProducerAtOffset, $"producer {ring}"));
            words.Add((ring + ChannelDescriptor.ConsumedOffset, $"consumer {ring}"));
            words.Add((ring + ChannelDescriptor.WakeConsumerAtOffset, $"consumer {ring}"));
        }

        Assert.True(ChannelDescriptor.LineBytes >= 128);
        Assert.All(words.GroupBy(word => word.Offset / ChannelDescriptor.LineBytes), line => Assert.Single(line.Select(word => word.Writer).Distinct(StringComparer.Ordinal)));
        Assert.All(words, word => Assert.InRange(word.Offset, ChannelDescriptor.ListenerToConnectorOffset, ChannelDescriptor.GrantReferencesOffset - sizeof(uint)));
    }

    [Fact]
    public void TheWordsLieWhereTheLayoutSays()
    {
        byte* page = (byte*)0x10000;
        RingMemory ring = new(page, page, 4096);
        Assert.Equal(0x10000 + ChannelDescriptor.ProducedOffset, (nint)ring.Produced);
        Assert.Equal(0x10000 + ChannelDescriptor.ClosedOffset, (nint)ring.Closed);
        Assert.Equal(0x10000 + ChannelDescriptor.ConsumedOffset, (nint)ring.Consumed);
        Assert.Equal(0x10000 + ChannelDescriptor.WakeProducerAtOffset, (nint)ring.WakeProducerAt);
        Assert.Equal(0x10000 + ChannelDescriptor.WakeConsumerAtOffset, (nint)ring.WakeConsumerAt);
    }

    [Fact]
    public void RecordsAreLaidOutAsDocumented()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(3, 0xAB, 0x1122_3344);
        ring.Producer.Publish();
        Assert.Equal(new byte[] { 3, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0xAB, 0xAB, 0xAB, 0, 0, 0, 0, 0 }, ring.Data[..16].ToArray());
        Assert.Equal(16u, *ring.Shared.Produced);
    }

    [Theory]
    [InlineData(ChannelDescriptor.MagicOffset, "magic")]
    [InlineData(ChannelDescriptor.MagicOffset + 7, "magic")]
    [InlineData(ChannelDescriptor.VersionOffset, "version")]
    [InlineData(ChannelDescriptor.VersionOffset + 3, "version")]
    [InlineData(ChannelDescriptor.FeaturesOffset, "features")]
    [InlineData(ChannelDescriptor.FeaturesOffset + 3, "features")]
    [InlineData(ChannelDescriptor.RingBytesOffset, "ring size")]
    [InlineData(ChannelDescriptor.RingBytesOffset + 3, "ring size")]
    [InlineData(ChannelDescriptor.NonceOffset, "nonce")]
    [InlineData(ChannelDescriptor.NonceOffset + 7, "nonce")]
    public void AConnectorRefusesEveryChangedBit(int offset, string field)
    {
        using LocalHost host = new();
        Local.LocalChannelPlatform one = host.Domain(1);
        using Channel listener = Channel.Listen(one.Offer(new DomainId(2), 8192, out ChannelOffer offer), 42);
        using IChannelLink link = host.Domain(2).Map(new DomainId(1), offer);
        for (int bit = 0; bit < 8; bit++)
        {
            link.Descriptor[offset] ^= (byte)(1 << bit);
            ChannelPlatformException refused = Assert.Throws<ChannelPlatformException>(() => Channel.Connect(link, 42));
            Assert.Contains(field, refused.Message, StringComparison.Ordinal);
            link.Descriptor[offset] ^= (byte)(1 << bit);
        }

        Assert.Equal(ChannelRole.Connector, Channel.Connect(link, 42).Role);
        Assert.Throws<ChannelPlatformException>(() => Channel.Connect(link, 43));
    }
}
