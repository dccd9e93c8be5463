using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Running;

/// <summary>The smallest thing that is measured, or not, as a whole: an interrupted run goes on with the next one.</summary>
/// <param name="name">Unique in a run.</param>
/// <param name="kind">Steps of one kind take about as long as each other.</param>
public abstract class Step(string name, string kind)
{
    /// <summary>Unique in a run.</summary>
    public string Name { get; } = name;

    /// <summary>Steps of one kind take about as long as each other.</summary>
    public string Kind { get; } = kind;

    /// <summary>Takes its samples.</summary>
    /// <exception cref="Lab.LabException">There are none to be had.</exception>
    public abstract IReadOnlyList<Sample> Take();
}
