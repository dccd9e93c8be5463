using System.Globalization;

namespace XenLoop.Fuzz;

/// <summary>The command line.</summary>
/// <param name="Targets">Which.</param>
/// <param name="Seconds">For each.</param>
/// <param name="Seed">Of all mutations.</param>
/// <param name="KeepCorpus">Write the minimised corpus out.</param>
/// <param name="Directory">Where to.</param>
/// <param name="Replay">An input to run once instead; null to fuzz.</param>
internal sealed record FuzzOptions(IReadOnlyList<string> Targets, double Seconds, int Seed, bool KeepCorpus, string Directory, string? Replay)
{
    private const double DefaultSeconds = 30;

    /// <summary>For people.</summary>
    public static string Usage => $"""
        Usage: ./build.sh fuzz [TARGET...] [OPTIONS]
          --seconds S        for each target [default: {DefaultSeconds}]
          --seed N           of the mutations [default: another each time, printed]
          --keep-corpus      leave the minimised corpus in the directory
          --directory DIR    where faults and corpora go [default: out/fuzz]
          --replay FILE      run one input of one target, uninstrumented
        Targets: {string.Join(' ', Catalogue.Targets.Select(target => target.Name))}
        """;

    /// <summary>Reads the command line; false with a <paramref name="complaint"/> if it is none.</summary>
    public static bool TryParse(string[] arguments, out FuzzOptions options, out string complaint)
    {
        List<string> targets = [];
        options = new FuzzOptions(targets, DefaultSeconds, Environment.TickCount, KeepCorpus: false, Path.Combine("out", "fuzz"), Replay: null);
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool takesValue = true;
            switch (arguments[i])
            {
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds):
                    options = options with { Seconds = seconds };
                    break;
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed):
                    options = options with { Seed = seed };
                    break;
                case "--directory" when value is not null:
                    options = options with { Directory = value };
                    break;
                case "--replay" when value is not null:
                    options = options with { Replay = value };
                    break;
                case "--help":
                    complaint = "Everything that reads foreign bytes, fed with mutated input.";
                    return false;
                case "--keep-corpus":
                    options = options with { KeepCorpus = true };
                    takesValue = false;
                    break;
                case var name when Catalogue.Find(name) is not null:
                    targets.Add(name);
                    takesValue = false;
                    break;
                default:
                    complaint = $"There is no target or option {arguments[i]}, or its value is missing.";
                    return false;
            }

            i += takesValue ? 1 : 0;
        }

        if (targets.Count == 0)
        {
            targets.AddRange(Catalogue.Targets.Select(target => target.Name));
        }

        complaint = options.Replay is not null && targets.Count != 1 ? "--replay needs the one target whose input it is." : "";
        return complaint.Length == 0;
    }
}
