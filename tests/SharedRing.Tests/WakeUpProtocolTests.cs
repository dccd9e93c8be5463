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
    public void NoWakeUpIsLost(int capacity, int[] recordSizes, int maxBatch, int hysteresis) =>
        ExpectNone(new WakeUpModel(capacity, recordSizes, maxBatch, hysteresis, WakeUpQuestion.LostWakeUps, WakeUpMutation.None));

    /// <summary>
    /// Each ring answers a wish that stood when the ringing end looked, and no wish is answered twice. So an end rings for data at most as
    /// often as the other has called PrepareToWaitForData, and for space at most as often as that one has called PrepareToWaitForSpace.
    /// </summary>
    /// <remarks>
    /// There can be no bound by sleeps alone. A wish that is withdrawn just when the other end looks at it may be answered: who was turned
    /// back at the second check has then been rung while awake, once, and finds the doorbell rung at its next sleep. And who sleeps for
    /// both data and space has made two wishes, which may both be answered before it runs.
    /// </remarks>
    [Theory]
    [InlineData(2, new[] { 1 }, 2, 1)]
    [InlineData(3, new[] { 1 }, 1, 2)]
    [InlineData(3, new[] { 1, 2 }, 1, 1)]
    public void NobodyIsRungWithoutAWishOrTwiceForOne(int capacity, int[] recordSizes, int maxBatch, int hysteresis) =>
        ExpectNone(new WakeUpModel(capacity, recordSizes, maxBatch, hysteresis, WakeUpQuestion.ExcessRings, WakeUpMutation.None));

    [Theory]
    [MemberData(nameof(LosingMutations))]
    public void EveryPartIsNeeded(WakeUpMutation mutation) => ExpectFault(mutation, WakeUpQuestion.LostWakeUps);

    [Theory]
    [MemberData(nameof(RingingMutations))]
    public void ExcessRingsAreFound(WakeUpMutation mutation) => ExpectFault(mutation, WakeUpQuestion.ExcessRings);

    public static TheoryData<WakeUpMutation> LosingMutations =>
        [.. Enum.GetValues<WakeUpMutation>().Where(mutation => mutation is > WakeUpMutation.None and < WakeUpMutation.RingAlways)];

    public static TheoryData<WakeUpMutation> RingingMutations =>
        [.. Enum.GetValues<WakeUpMutation>().Where(mutation => mutation >= WakeUpMutation.RingAlways)];

    private static void ExpectNone(WakeUpModel model)
    {
        (int states, string? fault) = WakeUpChecker.Explore(model);
        TestContext.Current.SendDiagnosticMessage($"{states} states");
        Assert.Null(fault);
        Assert.True(states > 1000, $"Only {states} states: the model does not move.");
    }

    private static void ExpectFault(WakeUpMutation mutation, WakeUpQuestion question)
    {
        (int states, string? fault) = WakeUpChecker.Explore(new WakeUpModel(3, [1], 3, 2, question, mutation));
        Assert.True(fault is not null, $"{mutation}: nothing found in {states} states, so the checker, or the part, is useless.");
    }
}
