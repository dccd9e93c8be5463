namespace XenLoop.Overload.Scenarios;

/// <summary>One kind of overload: what is done, and what must hold.</summary>
internal abstract class Scenario
{
    /// <summary>In tables and for <c>--only</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Does it on both machines in turn, and measures.</summary>
    /// <exception cref="Lab.LabException">It cannot go on; an invariant is broken.</exception>
    public abstract void Run(Stage stage, Findings findings);
}
