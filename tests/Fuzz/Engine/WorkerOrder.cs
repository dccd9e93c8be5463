using System.Globalization;

namespace XenLoop.Fuzz.Engine;

/// <summary>What a worker process is to do, and where it leaves what it finds. As text: it crosses from one process, and from one copy of this program, to another.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Seconds">How long to mutate; 0: only what is in the corpus.</param>
/// <param name="Seed">Of the mutations.</param>
/// <param name="KeepCorpus">True: the corpus is written out at the end, minimised.</param>
/// <param name="Directory">The worker's own.</param>
internal sealed record WorkerOrder(string Target, double Seconds, int Seed, bool KeepCorpus, string Directory)
{
    /// <summary>File of the <see cref="CurrentInput"/>.</summary>
    public const string CurrentName = "current";

    /// <summary>Folder of inputs that are faults.</summary>
    public const string FaultsName = "faults";

    /// <summary>Folder of the corpus that was found.</summary>
    public const string CorpusName = "corpus";

    /// <summary>Different faults after which a worker gives up.</summary>
    public const int MostFaults = 10;

    private const char Separator = '\t';

    /// <summary>Reads <see cref="ToString"/>.</summary>
    public static WorkerOrder Parse(string text) => text.Split(Separator) is [var target, var seconds, var seed, var keep, var directory]
        ? new WorkerOrder(target, double.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), bool.Parse(keep), directory)
        : throw new FormatException($"No order: {text}");

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Target}{Separator}{Seconds}{Separator}{Seed}{Separator}{KeepCorpus}{Separator}{Directory}");
}
