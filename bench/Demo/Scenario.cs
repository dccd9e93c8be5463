using XenLoop.Harness.Paths;

namespace XenLoop.Demo;

/// <summary>One thing to measure.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="LowerIsBetter">True of times, false of rates.</param>
/// <param name="Target">What the fast path's value divided by the standard path's must reach (at most, for times); <see langword="null"/>: no target.</param>
/// <param name="OneProcessor">Whether everything, the agents too, is bound to one processor: that leaves out the cost of waking another.</param>
/// <param name="Measure">Runs a measuring program from the first guest to the second for some seconds.</param>
internal sealed record Scenario(
    string Name,
    string Unit,
    bool LowerIsBetter,
    double? Target,
    bool OneProcessor,
    Func<GuestPath, int, Reading> Measure);
