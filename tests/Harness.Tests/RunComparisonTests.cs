using FsCheck;
using FsCheck.Fluent;
using XenLoop.Harness.Comparing;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Tests;

public sealed class RunComparisonTests
{
    private static readonly double[] s_quiet = [100, 101, 99, 100, 102];

    [Theory]
    [InlineData(Better.Higher, 0.8, Change.Worse)]
    [InlineData(Better.Higher, 1.25, Change.Better)]
    [InlineData(Better.Lower, 0.8, Change.Better)]
    [InlineData(Better.Lower, 1.25, Change.Worse)]
    [InlineData(Better.Higher, 0.97, Change.None)]
    public void A_change_beyond_the_noise_is_named(Better better, double factor, Change expected)
    {
        RunComparison comparison = Compare(
            Samples.Rounds("fast", better, s_quiet),
            Samples.Rounds("fast", better, s_quiet.Select(v => factor * v)));

        Assert.Equal(expected, Assert.Single(comparison.Figures).Change);
        Assert.Equal(expected == Change.Worse ? 1 : 0, comparison.Regressions.Count);
        Assert.Equal(expected != Change.Worse, comparison.HasPassed);
    }

    [Fact]
    public void A_change_within_the_noise_is_none()
    {
        RunComparison comparison = Compare(
            Samples.Rounds("fast", Better.Higher, 100, 150, 70, 130, 60),
            Samples.Rounds("fast", Better.Higher, 80, 140, 60, 120, 50));

        Assert.Equal(Change.None, Assert.Single(comparison.Figures).Change);
    }

    [Fact]
    public void A_slower_computer_is_not_blamed_on_us()
    {
        RunComparison comparison = Compare(
            [.. Samples.Rounds("standard", Better.Higher, s_quiet), .. Samples.Rounds("fast", Better.Higher, s_quiet)],
            [.. Samples.Rounds("standard", Better.Higher, s_quiet.Select(v => v / 2)), .. Samples.Rounds("fast", Better.Higher, s_quiet.Select(v => v / 2))]);

        Assert.Equal(Change.None, comparison.Figures.Single(f => f.Key.Path == "fast").Change);
        Assert.Equal(Change.Worse, comparison.Figures.Single(f => f.Key.Path == "standard").Change);
        Assert.Empty(comparison.Regressions);
    }

    [Fact]
    public void A_slower_path_is_found_on_a_faster_computer()
    {
        RunComparison comparison = Compare(
            [.. Samples.Rounds("standard", Better.Higher, s_quiet), .. Samples.Rounds("fast", Better.Higher, s_quiet)],
            [.. Samples.Rounds("standard", Better.Higher, s_quiet.Select(v => 2 * v)), .. Samples.Rounds("fast", Better.Higher, s_quiet.Select(v => 1.5 * v))]);

        ComparedFigure regression = Assert.Single(comparison.Regressions);
        Assert.True(regression.Relative);
        Assert.InRange(regression.WorseningPercent, 30, 37);
    }

    [Fact]
    public void Two_rounds_say_nothing()
    {
        RunComparison comparison = Compare(Samples.Rounds("fast", Better.Higher, 100, 100), Samples.Rounds("fast", Better.Higher, 10, 10));

        Assert.Equal(Change.Unknown, Assert.Single(comparison.Figures).Change);
        Assert.Empty(comparison.Regressions);
        Assert.False(comparison.HasPassed);
    }

    [Fact]
    public void What_only_one_run_has_is_listed()
    {
        Sample only = Samples.One("fast", 1, 5, workload: "new");
        RunComparison comparison = Compare([Samples.One("fast", 1, 5)], [Samples.One("fast", 1, 5), only]);

        Assert.Equal([only.Key], comparison.OnlyAfter);
        Assert.Empty(comparison.OnlyBefore);
    }

    [Fact]
    public void A_run_never_differs_from_itself_and_the_other_way_round_turns_the_sign() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(),
        ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(),
        (one, other) =>
        {
            Sample[] first = [.. Samples.Rounds("fast", Better.Higher, one.Get.Select(v => (double)v.Get))];
            Sample[] second = [.. Samples.Rounds("fast", Better.Higher, other.Get.Select(v => (double)v.Get))];
            ComparedFigure there = Assert.Single(Compare(first, second).Figures);
            ComparedFigure back = Assert.Single(Compare(second, first).Figures);
            return Compare(first, first).Regressions.Count == 0
                && Math.Abs(there.Worsening + back.Worsening) < 1e-9
                && Math.Abs(there.Noise - back.Noise) < 1e-9;
        }).QuickCheckThrowOnFailure();

    private static RunComparison Compare(IEnumerable<Sample> before, IEnumerable<Sample> after) => new(new SampleSet(before), new SampleSet(after));
}
