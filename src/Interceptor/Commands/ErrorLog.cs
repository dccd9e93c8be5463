using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace XenLoop.Interceptor.Commands;

/// <summary>The log: one line per event on standard error, with date, local time and its offset from UTC, or for the journal with a priority.</summary>
/// <remarks>
/// <code>
/// 2026-11-23T09:15:02.418+01:00 info: xenloop[330] This guest is domain 3.
/// &lt;6&gt;info: xenloop[330] This guest is domain 3.
/// </code>
/// Microsoft.Extensions.Logging.Console would do the same, but with the dependency injection, options and configuration that it
/// brings it takes more of the binary than all of the data path; the limit of 6 MB decides.
/// </remarks>
internal sealed class ErrorLog : ILogger, IDisposable
{
    /// <summary>Most lines that may wait. Whoever reads standard error slowly, or not at all, must not stop the threads that log.</summary>
    private const int WaitingLines = 1024;

    /// <summary>How long the last lines may take when the program ends.</summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1.5);

    private readonly LogLevel _least;
    private readonly TextWriter _output;
    private readonly LogForm _form;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(WaitingLines) { SingleReader = true });
    private readonly Task _writing;
    private int _lost;

    /// <summary>Writes events from <paramref name="least"/> on.</summary>
    public ErrorLog(LogLevel least, TextWriter output, LogForm form)
    {
        _least = least;
        _output = output;
        _form = form;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>What suits standard error: coloured only at a terminal whose user has not asked for no colours.</summary>
    public static LogForm FormOfStandardError =>
        JournalStream.IsStandardError ? LogForm.Journal
        : Console.IsErrorRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? LogForm.Plain
        : LogForm.Coloured;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && !_lines.Writer.TryWrite(Line(logLevel, eventId.Id, formatter(state, exception), exception)))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Writes what still waits, if that can be done in a moment.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(FlushLimit);
    }

    private async Task WriteAsync()
    {
        await foreach (string line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            _output.WriteLine(line);
            int lost = Interlocked.Exchange(ref _lost, 0);
            if (lost > 0)
            {
                string note = string.Create(CultureInfo.InvariantCulture, $"({lost} lines were lost: standard error is read too slowly)");
                _output.WriteLine(_form == LogForm.Journal ? JournalStream.Prioritize(LogLevel.Warning, note) : note);
            }
        }
    }

    private string Line(LogLevel level, int number, string message, Exception? exception)
    {
        (string word, string colour) = level switch
        {
            LogLevel.Trace => ("trce", "\e[37m"),
            LogLevel.Debug => ("dbug", "\e[37m"),
            LogLevel.Information => ("info", "\e[32m"),
            LogLevel.Warning => ("warn", "\e[1;33m"),
            LogLevel.Error => ("fail", "\e[1;31m"),
            _ => ("crit", "\e[1;31m"),
        };
        string shown = _form == LogForm.Coloured ? $"{colour}{word}\e[0m" : word;
        string text = (exception is null ? message : $"{message} {exception}").ReplaceLineEndings(" ");
        string line = string.Create(CultureInfo.InvariantCulture, $"{shown}: xenloop[{number}] {text}");
        return _form == LogForm.Journal
            ? JournalStream.Prioritize(level, line)
            : string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-ddTHH:mm:ss.fffzzz} {line}");
    }
}
