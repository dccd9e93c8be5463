using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>The lab's own eyes: a wrong byte anywhere must be seen, or no test of content means anything.</summary>
public sealed class TestPatternTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void Any_changed_byte_is_found_at_its_place(int length)
    {
        byte[] data = new byte[length];
        TestPattern.Fill(data, seed: 7, offset: 64);
        Assert.Equal(-1, TestPattern.FirstDifference(data, seed: 7, offset: 64));
        for (int i = 0; i < length; i++)
        {
            data[i] ^= 0x10;
            Assert.Equal(i, TestPattern.FirstDifference(data, seed: 7, offset: 64));
            data[i] ^= 0x10;
        }
    }

    [Fact]
    public void A_stream_is_the_same_in_whatever_pieces_it_is_filled()
    {
        byte[] whole = new byte[4096];
        TestPattern.Fill(whole, seed: 3, offset: 0);
        byte[] pieces = new byte[4096];
        TestPattern.Fill(pieces.AsSpan(0, 1024), seed: 3, offset: 0);
        TestPattern.Fill(pieces.AsSpan(1024), seed: 3, offset: 1024);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Another_seed_or_offset_is_other_content()
    {
        byte[] data = new byte[64];
        TestPattern.Fill(data, seed: 3, offset: 0);
        Assert.NotEqual(-1, TestPattern.FirstDifference(data, seed: 4, offset: 0));
        Assert.NotEqual(-1, TestPattern.FirstDifference(data, seed: 3, offset: 8));
    }
}
