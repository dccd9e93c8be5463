using System.ComponentModel;
using System.Diagnostics;

namespace XenLoop.Interceptor.Rules;

/// <summary>Runs other programs without a shell: arguments as they are, a clean environment, a time limit. For the control thread.</summary>
internal sealed class ProgramRunner
{
    /// <summary>Where administrators' programs are, for services and users whose PATH leaves them out.</summary>
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin"];

    /// <summary>Longer than iptables waits for its lock.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);

    private readonly List<string> _directories = SearchPath();

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The path of a program, or null if it is not installed.</summary>
    public string? Find(string name)
    {
        foreach (string directory in _directories)
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>A program that runs now, and all that are run later, end within this time together or are killed. Any thread.</summary>
    public void EndWithin(TimeSpan limit) =>
        _ = Task.Delay(limit).ContinueWith(_ => _end.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="path">From <see cref="Find"/>.</param>
    /// <param name="arguments">One by one.</param>
    /// <param name="input">For its standard input.</param>
    /// <exception cref="RuleException">It cannot be started, or did not end in 15 s or by the time that <see cref="EndWithin"/> set, and was killed.</exception>
    public ProgramResult Run(string path, IReadOnlyList<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // Its words are read by program: no translations. The lock file may be elsewhere for those who are not root.
        string? lockFile = Environment.GetEnvironmentVariable("XTABLES_LOCKFILE");
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', _directories);
        start.Environment["LC_ALL"] = "C";
        if (lockFile is not null)
        {
            start.Environment["XTABLES_LOCKFILE"] = lockFile;
        }

        AmbientCapabilities.PassOnToChildren();
        using Process process = Start(start);

        // Process.Dispose leaves readers that were asked for to who asked; here, where garbage is hardly ever collected, they would be open for hours.
        using StreamReader outputReader = process.StandardOutput;
        using StreamReader errorReader = process.StandardError;
        Task<string> output = outputReader.ReadToEndAsync();
        Task<string> error = errorReader.ReadToEndAsync();
        Task written = WriteAsync(process.StandardInput, input);
        Task ended = Task.WhenAll(output, error, written, process.WaitForExitAsync());
        if (Task.WaitAny([ended, _end.Task], TimeLimit) != 0)
        {
            process.Kill();
            throw new RuleException($"{path} did not end in time and was killed. Another program may hold the firewall's lock.");
        }

        return new ProgramResult(process.ExitCode, output.Result, error.Result);
    }

    private static List<string> SearchPath()
    {
        List<string> directories = [];
        foreach (string directory in (string[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), .. SystemDirectories])
        {
            if (directory.StartsWith('/') && !directories.Contains(directory))
            {
                directories.Add(directory);
            }
        }

        return directories;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new RuleException($"{start.FileName} did not start.");
        }
        catch (Win32Exception error)
        {
            throw new RuleException($"{start.FileName} cannot be run: {Native.Errno.Describe(error.NativeErrorCode)}.", error);
        }
    }

    private static async Task WriteAsync(StreamWriter stream, string text)
    {
        try
        {
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(text).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and its words say why.
        }
    }
}
