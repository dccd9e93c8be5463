using System.Globalization;
using Microsoft.Extensions.Logging;
using XenLoop.Interceptor.Commands;

namespace XenLoop.Interceptor.Tests.Commands;

public sealed class ErrorLogTests
{
    [Fact]
    public void An_event_is_one_line_with_date_time_level_and_number()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using (var log = new ErrorLog(LogLevel.Information, output, LogForm.Plain))
        {
            Write(log, LogLevel.Debug, "not wanted", null);
            Write(log, LogLevel.Warning, "two\nlines", null);
            Write(log, LogLevel.Error, "it failed:", new InvalidOperationException("broken"));
        }

        string[] lines = output.ToString().Split('\n');
        Assert.Equal(3, lines.Length);
        const string Time = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\d[+-]\d\d:\d\d";
        Assert.Matches(Time + @" warn: xenloop\[42\] two lines$", lines[0]);
        Assert.Matches(Time + @" fail: xenloop\[42\] it failed: System\.InvalidOperationException: broken$", lines[1]);
        Assert.Empty(lines[2]);
    }

    [Fact]
    public void The_time_is_that_of_the_event()
    {
        using var output = new StringWriter();
        DateTimeOffset before = DateTimeOffset.Now;
        using (var log = new ErrorLog(LogLevel.Information, output, LogForm.Plain))
        {
            Write(log, LogLevel.Information, "now", null);
        }

        var told = DateTimeOffset.Parse(output.ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(told, before.AddMilliseconds(-1), DateTimeOffset.Now);
        Assert.Equal(before.Offset, told.Offset);
    }

    [Fact]
    public void The_journal_gets_a_priority_and_no_time()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using (var log = new ErrorLog(LogLevel.Information, output, LogForm.Journal))
        {
            Write(log, LogLevel.Information, "all is well", null);
            Write(log, LogLevel.Warning, "two\n<0>lines", null);
        }

        Assert.Equal("<6>info: xenloop[42] all is well\n<4>warn: xenloop[42] two <0>lines\n", output.ToString());
    }

    [Fact]
    public void Only_the_level_is_coloured()
    {
        using var output = new StringWriter();
        using (var log = new ErrorLog(LogLevel.Trace, output, LogForm.Coloured))
        {
            Write(log, LogLevel.Information, "all is well", null);
        }

        Assert.EndsWith(" \e[32minfo\e[0m: xenloop[42] all is well" + output.NewLine, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_logs_does_not_wait_for_who_reads()
    {
        using var output = new BlockedWriter();
        using (var log = new ErrorLog(LogLevel.Information, output, LogForm.Plain))
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
