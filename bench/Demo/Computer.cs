using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Demo;

/// <summary>What the figures were measured on.</summary>
/// <param name="Processor">Model and number.</param>
/// <param name="Memory">Of the whole computer, in bytes.</param>
/// <param name="Kernel">Release.</param>
/// <param name="System">Distribution.</param>
/// <param name="Binary">Version of XenLoop.</param>
/// <param name="BinaryBytes">Its size.</param>
internal sealed record Computer(string Processor, long Memory, string Kernel, string System, string Binary, long BinaryBytes)
{
    public static Computer Read()
    {
        string model = Value("/proc/cpuinfo", "model name") ?? "unknown processor";
        return new Computer(
            $"{Environment.ProcessorCount} × {model}",
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            Value("/etc/os-release", "PRETTY_NAME")?.Trim('"') ?? "unknown system",
            XenLoopBinary.Run("version").Checked().Output.Trim(),
            new FileInfo(XenLoopBinary.Path).Length);
    }

    /// <summary>What follows <paramref name="key"/> and a colon or equals sign, on the first line that starts with it.</summary>
    private static string? Value(string file, string key) => File.ReadLines(file)
        .Where(l => l.StartsWith(key, StringComparison.Ordinal))
        .Select(l => l[(l.AsSpan().IndexOfAny(':', '=') + 1)..].Trim())
        .FirstOrDefault();
}
