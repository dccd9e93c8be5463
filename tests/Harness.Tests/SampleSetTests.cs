using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Tests;

public sealed class SampleSetTests
{
    [Fact]
    public void Ratios_are_of_the_same_round()
    {
        // The computer is twice as fast in the second round: the ratio does not see it.
        var set = new SampleSet([.. Samples.Rounds("standard", Better.Higher, 10, 20), .. Samples.Rounds("fast", Better.Higher, 5, 10)]);

        SampleKey fast = Samples.One("fast", 1, 0).Key;
        Assert.Equal([0.5, 0.5], set.Ratios(fast));
        Assert.Equal(7.5, set.Summarise(fast)!.Value.Median);
    }

    [Fact]
    public void A_round_without_the_standard_path_has_no_ratio()
    {
        var set = new SampleSet([Samples.One("standard", 2, 10), Samples.One("fast", 1, 1), Samples.One("fast", 2, 5)]);

        Assert.Equal([0.5], set.Ratios(Samples.One("fast", 1, 0).Key));
        Assert.Empty(set.Ratios(Samples.One("standard", 1, 0).Key));
    }

    [Fact]
    public void A_timeline_has_no_ratios()
    {
        Sample fast = Samples.One("fast", 1, 1, workload: SampleSet.Timeline);
        Assert.Empty(new SampleSet([Samples.One("standard", 1, 10, workload: SampleSet.Timeline), fast]).Ratios(fast.Key));
    }

    [Fact]
    public void What_was_not_measured_has_no_summary()
    {
        var set = new SampleSet([]);

        Assert.Null(set.Summarise(Samples.One("fast", 1, 0).Key));
        Assert.Null(set.SummariseRatios(Samples.One("fast", 1, 0).Key));
    }
}
