namespace XenLoop.Benchmarks;

/// <summary>Where things lie in the working tree that this was built from.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>Where results go.</summary>
    public static string OutputDirectory => Directory.CreateDirectory(Path.Combine(Root, "out", "micro")).FullName;

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "XenLoop.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No XenLoop.slnx above {AppContext.BaseDirectory}: run this from a working tree.");
    }
}
