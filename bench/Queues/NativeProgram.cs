using System.ComponentModel;
using System.Diagnostics;
using XenLoop.Benchmarks;

namespace XenLoop.Queues;

/// <summary>Compiles the programs of bench/native.</summary>
internal static class NativeProgram
{
    private static readonly string[] Optimised = ["-O3", "-march=native", $"-DIDLE_PAUSES={Contest.IdlePauses}"];

    /// <summary>Compiles <paramref name="source"/>; null, with a word on standard output, where the compiler or a library is missing.</summary>
    /// <param name="source">File name in bench/native.</param>
    /// <param name="needs">The Debian packages.</param>
    /// <param name="flags">Further compiler and linker flags.</param>
    public static string? TryBuild(string source, string needs, params string[] flags)
    {
        string input = Path.Combine(Repository.Root, "bench", "native", source);
        string output = Path.Combine(Repository.OutputDirectory, Path.GetFileNameWithoutExtension(source));
        string compiler = source.EndsWith(".cpp", StringComparison.Ordinal) ? "g++" : "gcc";
        if (TryRun(compiler, [.. Optimised, "-o", output, input, .. flags, "-lpthread"]) is null)
        {
            Console.WriteLine($"Left out: {source} does not compile here. It needs: apt-get install {needs}");
            return null;
        }

        return output;
    }

    /// <summary>What pkg-config says of a package; nothing if it does not know it.</summary>
    public static string[] CompilerFlags(string package) =>
        (TryRun("pkg-config", ["--cflags", package]) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string? TryRun(string command, string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process? process = Process.Start(start);
            if (process is null)
            {
                return null;
            }

            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            errors.GetAwaiter().GetResult();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
