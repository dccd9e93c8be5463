namespace XenLoop.Harness.Samples;

/// <summary>A step that brought no samples; a resumed run tries it again.</summary>
/// <param name="Step">The step's name, unique in a run.</param>
/// <param name="Message">Why.</param>
public sealed record StepFailed(string Step, string Message) : Entry;
