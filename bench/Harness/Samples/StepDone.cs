namespace XenLoop.Harness.Samples;

/// <summary>All samples of a step are above this line: a resumed run does not take it again.</summary>
/// <param name="Step">The step's name, unique in a run.</param>
/// <param name="Seconds">How long it took, with everything around the measurement.</param>
public sealed record StepDone(string Step, double Seconds) : Entry;
