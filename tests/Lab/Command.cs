using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace XenLoop.Lab;

/// <summary>Runs a program to its end, with its output captured.</summary>
public static class Command
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs <paramref name="arguments"/>[0] with the rest.</summary>
    /// <exception cref="LabException">The program does not exist, or did not end in time (it is then killed).</exception>
    public static CommandResult Run(IReadOnlyList<string> arguments, string? input = null, TimeSpan? timeout = null)
    {
        TimeSpan limit = timeout ?? DefaultTimeout;
        using Process process = Start(arguments, redirectInput: input is not null);
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, e) => Append(output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }

        string commandLine = string.Join(' ', arguments);
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new LabException($"'{commandLine}' did not end within {limit.TotalSeconds:0.#} s.\n{error}{output}");
        }

        // The overload without a limit also waits for the end of the two pipes.
        process.WaitForExit();
        return new CommandResult(commandLine, process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts a program with both outputs redirected.</summary>
    internal static Process Start(IReadOnlyList<string> arguments, bool redirectInput)
    {
        var start = new ProcessStartInfo(arguments[0], arguments.Skip(1))
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // Programs are parsed by what they print in the C locale.
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start) ?? throw new LabException($"'{arguments[0]}' did not start.");
        }
        catch (Win32Exception e)
        {
            throw new LabException($"'{arguments[0]}' cannot be run: {e.Message}. './build.sh --help' names the packages that the lab needs.", e);
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            text.Append(line).Append('\n');
        }
    }
}
