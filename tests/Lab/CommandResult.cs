namespace XenLoop.Lab;

/// <summary>What a program that ran to its end left behind.</summary>
/// <param name="CommandLine">As a person would type it.</param>
/// <param name="ExitCode">0 by convention for success; 128 + n after signal n.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>Itself, or an exception with everything that the program said, if it failed.</summary>
    /// <exception cref="LabException">The exit code is not 0.</exception>
    public CommandResult Checked() => ExitCode == 0
        ? this
        : throw new LabException($"'{CommandLine}' ended with {ExitCode}.\n{Error}{Output}");
}
