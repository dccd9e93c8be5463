using System.Diagnostics;
using System.Text;

namespace XenLoop.Lab;

/// <summary>A program that runs beside the test until it is stopped. Disposing kills it and waits for its end.</summary>
public sealed class BackgroundProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _log = new();
    private readonly Lock _lock = new();
    private bool _disposed;

    private BackgroundProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process number: that of the program itself, <c>ip netns exec</c> having replaced itself by it.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once <see cref="HasExited"/>.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Everything that it has printed, on either output.</summary>
    public string Log
    {
        get
        {
            lock (_lock)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts <paramref name="arguments"/>[0] with the rest.</summary>
    /// <exception cref="LabException">The program does not exist.</exception>
    public static BackgroundProcess Start(IReadOnlyList<string> arguments) =>
        new(Command.Start(arguments, redirectInput: false), string.Join(' ', arguments));

    /// <summary>Sends a signal; a process that has ended is left in peace.</summary>
    public void Send(Signal signal)
    {
        if (!_process.HasExited)
        {
            _ = LabNative.kill(_process.Id, (int)signal);
        }
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    /// <exception cref="LabException">It still runs after <paramref name="timeout"/>.</exception>
    public int WaitForExit(TimeSpan timeout)
    {
        if (!_process.WaitForExit(timeout))
        {
            throw new LabException($"'{_commandLine}' still runs after {timeout.TotalSeconds:0.#} s. Its log:\n{Log}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Send(Signal.Kill);
        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                _log.Append(line).Append('\n');
            }
        }
    }
}
