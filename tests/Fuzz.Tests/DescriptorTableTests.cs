using XenLoop.Fuzz.Engine;
using XenLoop.Native;

namespace XenLoop.Fuzz.Tests;

/// <summary>Alone: what other tests open meanwhile would count.</summary>
[CollectionDefinition(nameof(DescriptorTableTests), DisableParallelization = true)]
[Collection(nameof(DescriptorTableTests))]
public sealed class DescriptorTableTests
{
    [Fact]
    public void A_descriptor_that_is_left_open_is_seen_and_one_that_is_closed_is_not()
    {
        var table = new DescriptorTable();
        table.Remember();
        Assert.True(table.HoldsNothingMore());
        int left = LibC.dup(0);
        Assert.True(left > 0);
        Assert.False(table.HoldsNothingMore());
        _ = LibC.close(left);
        Assert.True(table.HoldsNothingMore());
    }
}
