namespace XenLoop.Lab.Agent;

/// <summary>The binary under test, and short runs of it.</summary>
public static class XenLoopBinary
{
    /// <summary>Names another binary than the repository's <c>out/xenloop</c>.</summary>
    public const string PathVariable = "XENLOOP_BINARY";

    private static readonly Lazy<string> s_path = new(Find);

    /// <summary>Where it is.</summary>
    /// <exception cref="LabException">It has not been built.</exception>
    public static string Path => s_path.Value;

    /// <summary>The repository's root: the folder with <c>XenLoop.slnx</c>, above the running assembly.</summary>
    public static string RepositoryRoot
    {
        get
        {
            for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (File.Exists(System.IO.Path.Combine(at.FullName, "XenLoop.slnx")))
                {
                    return at.FullName;
                }
            }

            throw new LabException($"No XenLoop.slnx in any folder above {AppContext.BaseDirectory}.");
        }
    }

    /// <summary>Runs it to its end with <paramref name="arguments"/>.</summary>
    public static CommandResult Run(params IReadOnlyList<string> arguments) => Command.Run([Path, .. arguments]);

    private static string Find()
    {
        string path = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named
            ? System.IO.Path.GetFullPath(named)
            : System.IO.Path.Combine(RepositoryRoot, "out", "xenloop");
        return File.Exists(path) ? path : throw new LabException($"{path} does not exist: './build.sh' builds it.");
    }
}
