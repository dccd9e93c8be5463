using System.CommandLine;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Workloads;

namespace XenLoop.EndToEnd;

/// <summary>Prints the Debian packages that a run needs, one per line, for build.sh to install them.</summary>
internal static class PackagesCommand
{
    public static Command Create()
    {
        var options = new MeasureOptions();
        var command = new Command("packages", "Print the Debian packages that such a run needs.") { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            foreach (string package in Needed(options.Read(parsed)))
            {
                Console.WriteLine(package);
            }
        });
        return command;
    }

    public static IReadOnlyList<string> Needed(RunOptions options) =>
    [
        .. options.Paths.SelectMany(PathCatalogue.PackagesOf)
            .Concat(WorkloadCatalogue.Choose(options.Workloads, options.Extent).SelectMany(w => w.Packages))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}
