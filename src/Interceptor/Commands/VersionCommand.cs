using System.CommandLine;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ => Console.Out.WriteLine($"xenloop {ProductVersion.Text}"));
        return command;
    }
}
