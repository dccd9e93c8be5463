using XenLoop.Interceptor.Commands;
using XenLoop.Native;

namespace XenLoop.Interceptor.Rules;

/// <summary>Runs other programs without a shell: arguments as they are, a clean environment, a time limit. For the control thread.</summary>
internal sealed class ProgramRunner
{
    /// <summary>Where administrators' programs are, for services and users whose PATH leaves them out.</summary>
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin"];

    /// <summary>Milliseconds that a program may take; longer than iptables waits for its lock.</summary>
    private const int TimeLimit = 15_000;

    /// <summary>Milliseconds between two checks whether the time is over.</summary>
    private const int LookInterval = 50;

    private const string LockFile = "XTABLES_LOCKFILE";

    private readonly List<string> _directories;
    private long _end = long.MaxValue;

    /// <summary>Makes the runner, and runs nothing yet.</summary>
    /// <param name="directory">Programs are looked for here first.</param>
    public ProgramRunner(string? directory = null)
    {
        _directories = [.. directory is null ? (string[])[] : [directory], .. SearchPath()];

        // Whoever started us may have wanted to know nothing of its children's ends; the kernel would then tell us nothing of ours.
        if (SignalDisposition.IsIgnored(LibC.SIGCHLD))
        {
            _ = LibC.signal(LibC.SIGCHLD, LibC.SIG_DFL);
        }
    }

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
    public void EndWithin(TimeSpan limit) => Volatile.Write(ref _end, Environment.TickCount64 + (long)limit.TotalMilliseconds);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="path">From <see cref="Find"/>.</param>
    /// <param name="arguments">The program's arguments, one by one.</param>
    /// <param name="input">What the program reads on its standard input.</param>
    /// <exception cref="RuleException">It cannot be started, or did not end in 15 s or by the time that <see cref="EndWithin"/> set, and was killed.</exception>
    public ProgramResult Run(string path, IReadOnlyList<string> arguments, string input = "")
    {
        // Its words are read by program: no translations. The lock file may be elsewhere for those who are not root.
        List<string> environment = ["PATH=" + string.Join(':', _directories), "LC_ALL=C"];
        if (Environment.GetEnvironmentVariable(LockFile) is { } lockFile)
        {
            environment.Add($"{LockFile}={lockFile}");
        }

        AmbientCapabilities.PassOnToChildren();
        using PipedProgram program = new(path, [path, .. arguments], environment, input);
        long limit = Environment.TickCount64 + TimeLimit;
        while (Environment.TickCount64 < Math.Min(limit, Volatile.Read(ref _end)))
        {
            if (program.Run(LookInterval) is { } result)
            {
                return result;
            }
        }

        throw new RuleException($"{path} did not end in time and was killed. Another program may hold the firewall's lock.");
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
}
