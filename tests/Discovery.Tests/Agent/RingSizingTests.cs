using FsCheck;
using FsCheck.Fluent;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

public sealed class RingSizingTests
{
    private const int Largest = 1024 * 1024;

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(2, 512)]
    [InlineData(3, 512)]
    [InlineData(4, 256)]
    [InlineData(7, 256)]
    [InlineData(8, 128)]
    [InlineData(15, 128)]
    [InlineData(16, 64)]
    [InlineData(31, 64)]
    [InlineData(200, 64)]
    public void The_table_in_the_documentation_is_right(int peers, int kib) =>
        Assert.Equal(kib * 1024, RingSizing.Share(new PageBudget(1024, 0), peers, Largest));

    [Fact]
    public void Where_nothing_is_scarce_everybody_gets_what_is_wanted()
    {
        Assert.Equal(Largest, RingSizing.Share(null, 1000, Largest));
        Assert.Equal(ChannelDescriptor.SmallestUsefulRingBytes, RingSizing.Grown(null, ChannelDescriptor.SmallestUsefulRingBytes, Largest));
    }

    [Fact]
    public void All_shares_fit_together_unless_they_are_the_smallest()
    {
        Prop.ForAll(
            Gen.Choose(0, 100_000).SelectMany(limit => Gen.Choose(1, 64).Select(peers => (limit, peers))).ToArbitrary(),
            host =>
            {
                int size = RingSizing.Share(new PageBudget(host.limit, 0), host.peers, Largest);
                return size is >= ChannelDescriptor.SmallestUsefulRingBytes and <= Largest && int.IsPow2(size)
                    && (size == ChannelDescriptor.SmallestUsefulRingBytes || host.peers * ChannelDescriptor.ChannelPages(size) <= host.limit);
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_busy_channel_grows_into_half_of_what_is_left_and_never_shrinks()
    {
        int current = 64 * 1024;
        int own = ChannelDescriptor.ChannelPages(current);
        Assert.Equal(512 * 1024, RingSizing.Grown(new PageBudget(516, own), current, Largest));
        Assert.Equal(current, RingSizing.Grown(new PageBudget(1024, 1000), current, Largest));
        Assert.Equal(Largest, RingSizing.Grown(new PageBudget(4096, own), current, Largest));
        Assert.Equal(current, RingSizing.Grown(new PageBudget(10, own), current, Largest));
    }
}
