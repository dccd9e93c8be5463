using System.Globalization;

namespace XenLoop.Fuzz.Engine;

/// <summary>How one target fared.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Result">Null if the worker died.</param>
/// <param name="Faults">Texts about the faults, each beside its input (the same name without the ending).</param>
internal sealed record TargetReport(string Target, WorkerResult? Result, IReadOnlyList<string> Faults)
{
    /// <summary>Heading of <see cref="ToString"/>.</summary>
    public static string Heading => $"{"target",-18} {"executions",12} {"per second",11} {"edges",7} {"new",5} {"corpus",7} {"faults",7}";

    /// <inheritdoc/>
    public override string ToString() => Result is { } result
        ? string.Create(CultureInfo.InvariantCulture, $"{Target,-18} {result.Executions,12:N0} {result.PerSecond,11:N0} {result.Edges,7} {result.Edges - result.KnownEdges,5} {result.Corpus,7} {Faults.Count,7}")
        : $"{Target,-18} {"died",12} {"",11} {"",7} {"",5} {"",7} {Faults.Count,7}";
}
