using System.Text.Json.Serialization;

namespace XenLoop.Harness.Samples;

/// <summary>A line of the raw data.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RunHeader), "run")]
[JsonDerivedType(typeof(Sample), "sample")]
[JsonDerivedType(typeof(StepDone), "done")]
[JsonDerivedType(typeof(StepFailed), "failed")]
public abstract record Entry;
