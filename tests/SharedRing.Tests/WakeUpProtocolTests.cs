using XenLoop.SharedRing.Tests.WakeUp;

namespace XenLoop.SharedRing.Tests;

/// <summary>
/// The sleep and wake-up protocol of RingProducer and RingConsumer, explored exhaustively under x86-TSO: every interleaving of
/// both ends and of their store buffers, of runs of any length.
/// </summary>
public class WakeUpProtocolTests
{
    [Theory]
    [InlineData(2, new[] { 1 }, 2, 1)]
    [InlineData(3, new[] { 1 }, 1, 2)]
    [InlineData(3, new[] { 1, 2 }, 1, 1)]
    public void NoWakeUpIsLost(int capacity, int[] recordSizes, int maxBatch, int hysteresis)
    {
        (int states, string? lost) = WakeUpChecker.Explore(new WakeUpModel(capacity, recordSizes, maxBatch, hysteresis, WakeUpMutation.None));
        TestContext.Current.SendDiagnosticMessage($"capacity {capacity}, records of {string.Join(" or ", recordSizes)}: {states} states");
        Assert.Null(lost);
        Assert.True(states > 1000, $"Only {states} states: the model does not move.");
    }

    public static TheoryData<WakeUpMutation> Mutations => [.. Enum.GetValues<WakeUpMutation>().Where(mutation => mutation != WakeUpMutation.None)];

    [Theory]
    [MemberData(nameof(Mutations))]
    public void EveryPartIsNeeded(WakeUpMutation mutation)
    {
        (int states, string? lost) = WakeUpChecker.Explore(new WakeUpModel(3, [1], 3, 2, mutation));
        Assert.True(lost is not null, $"{mutation}: no wake-up is lost in {states} states, so the checker, or the part, is useless.");
    }
}
