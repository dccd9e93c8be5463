using FsCheck;
using FsCheck.Fluent;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Tests;

public sealed class SummaryTests
{
    /// <summary>The expected values are R's: <c>quantile(c(...))</c>.</summary>
    [Theory]
    [InlineData(new double[] { 5 }, 5, 5, 5)]
    [InlineData(new double[] { 4, 1 }, 2.5, 1.75, 3.25)]
    [InlineData(new double[] { 9, 1, 2 }, 2, 1.5, 5.5)]
    [InlineData(new double[] { 7, 1, 3, 5, 100 }, 5, 3, 7)]
    public void Median_and_quartiles(double[] values, double median, double lower, double upper) =>
        Assert.Equal(new Summary(values.Length, median, lower, upper), Summary.Of(values));

    [Fact]
    public void An_outlier_moves_neither_median_nor_quartiles() =>
        Assert.Equal(Summary.Of([1, 2, 3, 4, 5]), Summary.Of([1, 2, 3, 4, 5_000_000]));

    [Fact]
    public void Nothing_and_what_is_no_number_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Summary.Of([]));
        Assert.Throws<ArgumentException>(() => Summary.Of([1, double.NaN]));
    }

    [Fact]
    public void Order_does_not_matter_and_scale_carries_over() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<int>>(),
        values =>
        {
            double[] ascending = [.. values.Get.Select(v => (double)v).Order()];
            Summary all = Summary.Of(ascending);
            Summary doubled = Summary.Of(Enumerable.Reverse(ascending).Select(v => 2 * v));
            return all.LowerQuartile <= all.Median
                && all.Median <= all.UpperQuartile
                && doubled == new Summary(all.Count, 2 * all.Median, 2 * all.LowerQuartile, 2 * all.UpperQuartile);
        }).QuickCheckThrowOnFailure();
}
