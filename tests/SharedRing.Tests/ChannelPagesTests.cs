namespace XenLoop.SharedRing.Tests;

public sealed unsafe class ChannelPagesTests
{
    /// <summary>As foreign pages need it, whose page tables do not survive a restore of the domain.</summary>
    [Theory]
    [InlineData(0, 64 * 1024)]
    [InlineData(2 << 20, 64 * 1024)]
    [InlineData(2 << 20, 1 << 20)]
    [InlineData(16 << 20, 1 << 20)]
    public void Nothing_else_lies_in_the_aligned_ranges_that_pages_of_their_own_lie_in(long ownBytes, int ringBytes)
    {
        // Several, since the kernel may give an aligned address by chance.
        var reserved = new List<Reservation>();
        for (int i = 0; i < 8; i++)
        {
            var pages = new Reservation(ringBytes, ownBytes);
            reserved.Add(pages);
            long unit = Math.Max(ownBytes, Environment.SystemPageSize);
            long first = (long)pages.Descriptor / unit * unit;
            long last = ((long)pages.LastRingEnd + unit - 1) / unit * unit;
            Assert.InRange(first, pages.ReservedStart, (long)pages.Descriptor);
            Assert.InRange(last, (long)pages.LastRingEnd, pages.ReservedEnd);
        }

        reserved.ForEach(pages => pages.Dispose());
    }

    private sealed class Reservation : ChannelPages
    {
        public Reservation(int ringBytes, long ownBytes)
            : base(ringBytes, ownBytes) => SetRings(ringBytes);

        public long ReservedStart => (long)Start;

        public long ReservedEnd => ReservedStart + (long)Length;

        public byte* LastRingEnd => ConnectorToListener + (2L * RingBytes) + Environment.SystemPageSize;
    }
}
