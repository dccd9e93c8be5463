using Microsoft.Extensions.Logging;
using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

public sealed class ErrorLogTests
{
    [Fact]
    public void An_event_is_one_line_with_time_level_and_number()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using (var log = new ErrorLog(LogLevel.Information, output, coloured: false))
        {
            Write(log, LogLevel.Debug, "not wanted", null);
            Write(log, LogLevel.Warning, "two\nlines", null);
            Write(log, LogLevel.Error, "it failed:", new InvalidOperationException("broken"));
        }

        string[] lines = output.ToString().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d warn: xenloop\[42\] two lines$", lines[0]);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d fail: xenloop\[42\] it failed: System\.InvalidOperationException: broken$", lines[1]);
        Assert.Empty(lines[2]);
    }

    [Fact]
    public void Only_the_level_is_coloured()
    {
        using var output = new StringWriter();
        using (var log = new ErrorLog(LogLevel.Trace, output, coloured: true))
        {
            Write(log, LogLevel.Information, "all is well", null);
        }

        Assert.EndsWith(" \e[32minfo\e[0m: xenloop[42] all is well" + output.NewLine, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_logs_does_not_wait_for_who_reads()
    {
        using var output = new BlockedWriter();
        using (var log = new ErrorLog(LogLevel.Information, output, coloured: false))
        {
            // More than any queue of lines holds; nothing reads before all are logged.
            for (int i = 0; i < 100_000; i++)
            {
                Write(log, LogLevel.Information, "again", null);
            }

            output.Open.Set();
            await output.LostLinesTold.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        Assert.Matches(@"^\(\d+ lines were lost", await output.LostLinesTold.Task);
    }

    private static void Write(ErrorLog log, LogLevel level, string text, Exception? error) =>
        ((ILogger)log).Log(level, new EventId(42), text, error, (state, _) => state);

    /// <summary>Like a pipe that nobody reads yet.</summary>
    private sealed class BlockedWriter : StringWriter
    {
        public ManualResetEventSlim Open { get; } = new();

        public TaskCompletionSource<string> LostLinesTold { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void WriteLine(string? value)
        {
            Open.Wait();
            if (value!.StartsWith('('))
            {
                LostLinesTold.TrySetResult(value);
            }
        }

        protected override void Dispose(bool disposing)
        {
            Open.Dispose();
            base.Dispose(disposing);
        }
    }
}
