using XenLoop.Interceptor.CommandLine;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop version</c>, or <c>xenloop --version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The command <c>version</c>.</summary>
    public static Command Create() => new("version", "Print the version.")
    {
        Alias = "--version",
        Action = (_, _) =>
        {
            Console.Out.WriteLine($"xenloop {ProductVersion.Text}");
            return Task.FromResult(CommandRunner.Success);
        },
    };
}
