using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Harness.Hardware;

/// <summary>What the figures were measured on.</summary>
/// <param name="Processor">Model and number.</param>
/// <param name="Memory">Of the whole computer, in bytes.</param>
/// <param name="Kernel">Release.</param>
/// <param name="System">Distribution.</param>
/// <param name="Binary">Version of XenLoop.</param>
/// <param name="BinaryBytes">Its size.</param>
/// <param name="Revision">The commit of the working tree, with a plus if it differs from it; empty without git.</param>
/// <param name="CongestionControl">TCP's default: what all programs use but those that are told otherwise (iperf3).</param>
/// <param name="Load">Load average of the last minute, before the first measurement.</param>
public sealed record Computer(
    string Processor,
    long Memory,
    string Kernel,
    string System,
    string Binary,
    long BinaryBytes,
    string Revision,
    string CongestionControl,
    double Load)
{
    /// <summary>Debian packages of the measuring programs and of the paths that are compared, with their versions; added as it is known which are used.</summary>
    public IReadOnlyDictionary<string, string> Packages { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>This one.</summary>
    public static Computer Read()
    {
        string model = Value("/proc/cpuinfo", "model name") ?? "unknown processor";
        return new Computer(
            $"{Environment.ProcessorCount} × {model}",
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            Value("/etc/os-release", "PRETTY_NAME")?.Trim('"') ?? "unknown system",
            XenLoopBinary.Run("version").Checked().Output.Trim(),
            new FileInfo(XenLoopBinary.Path).Length,
            ReadRevision(),
            File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim(),
            ProcessorLoad.Average);
    }

    /// <summary>With the versions of those of <paramref name="packages"/> that are installed.</summary>
    public Computer WithPackages(IEnumerable<string> packages)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string package in packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (Command.Run(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", package]) is { ExitCode: 0 } query
                && query.Output.Trim().Split(' ') is ["installed", string version])
            {
                versions[package] = version;
            }
        }

        return this with { Packages = versions };
    }

    private static string ReadRevision()
    {
        string[] git = ["git", "-C", XenLoopBinary.RepositoryRoot];
        CommandResult revision = Command.Run(["sh", "-c", "command -v git >/dev/null && git -C \"$0\" rev-parse --short HEAD", XenLoopBinary.RepositoryRoot]);
        if (revision.ExitCode != 0)
        {
            return "";
        }

        bool changed = Command.Run([.. git, "status", "--porcelain", "--untracked-files=no"]).Output.Length > 0;
        return revision.Output.Trim() + (changed ? "+" : "");
    }

    /// <summary>What follows <paramref name="key"/> and a colon or equals sign, on the first line that starts with it.</summary>
    private static string? Value(string file, string key) => File.ReadLines(file)
        .Where(l => l.StartsWith(key, StringComparison.Ordinal))
        .Select(l => l[(l.AsSpan().IndexOfAny(':', '=') + 1)..].Trim())
        .FirstOrDefault();
}
