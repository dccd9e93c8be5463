using System.Globalization;

namespace XenLoop.Fuzz.Engine;

/// <summary>What a worker that lived to its end has to say.</summary>
/// <param name="Executions">Inputs run.</param>
/// <param name="PerSecond">While mutating.</param>
/// <param name="KnownEdges">Edges that the seeds and the kept corpus took.</param>
/// <param name="Edges">Edges taken in all.</param>
/// <param name="Corpus">Inputs worth keeping.</param>
/// <param name="Faults">Different faults found.</param>
internal sealed record WorkerResult(long Executions, double PerSecond, int KnownEdges, int Edges, int Corpus, int Faults)
{
    private const string Prefix = "RESULT ";

    /// <summary>Reads <see cref="ToString"/>; null if a worker's last line is something else.</summary>
    public static WorkerResult? Parse(string? line) =>
        line?.StartsWith(Prefix, StringComparison.Ordinal) == true && line[Prefix.Length..].Split(' ') is [var executions, var rate, var known, var edges, var corpus, var faults]
            ? new WorkerResult(long.Parse(executions, CultureInfo.InvariantCulture), double.Parse(rate, CultureInfo.InvariantCulture), Number(known), Number(edges), Number(corpus), Number(faults))
            : null;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Executions} {PerSecond:F0} {KnownEdges} {Edges} {Corpus} {Faults}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
