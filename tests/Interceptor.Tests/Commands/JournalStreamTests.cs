using Microsoft.Extensions.Logging;
using XenLoop.Interceptor.Commands;
using XenLoop.Lab;

namespace XenLoop.Interceptor.Tests.Commands;

/// <summary>Priorities are for the journal alone: anybody else would read them as part of the text.</summary>
public sealed class JournalStreamTests
{
    [Fact]
    public void The_journal_is_known_by_device_and_inode()
    {
        string path = Path.GetTempFileName();
        try
        {
            using FileStream file = File.OpenRead(path);
            string[] numbers = Command.Run(["stat", "--format=%d:%i", path]).Checked().Output.Trim().Split(':');
            Assert.True(IsJournal(file, $"{numbers[0]}:{numbers[1]}"));
            Assert.False(IsJournal(file, $"{numbers[0]}:{numbers[1]}0"));
            Assert.False(IsJournal(file, $"{numbers[0]}0:{numbers[1]}"));
            Assert.False(IsJournal(file, numbers[1]));
            Assert.False(IsJournal(file, ""));
            Assert.False(IsJournal(file, null));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_descriptor_that_is_not_open_is_no_journal() => Assert.False(JournalStream.IsJournal(-1, "0:0"));

    [Theory]
    [InlineData(LogLevel.Trace, "<7>one\n<7>two")]
    [InlineData(LogLevel.Debug, "<7>one\n<7>two")]
    [InlineData(LogLevel.Information, "<6>one\n<6>two")]
    [InlineData(LogLevel.Warning, "<4>one\n<4>two")]
    [InlineData(LogLevel.Error, "<3>one\n<3>two")]
    [InlineData(LogLevel.Critical, "<2>one\n<2>two")]
    public void Every_line_has_the_priority_of_its_level(LogLevel level, string expected) => Assert.Equal(expected, JournalStream.Prioritize(level, "one\ntwo"));

    /// <summary>The last words of a program that does not start: two lines.</summary>
    [Theory]
    [InlineData("$(stat --dereference --format=%d:%i /proc/self/fd/2)", true)]
    [InlineData("8:1", false)]
    public void Last_words_have_a_priority_where_standard_error_is_the_journal(string stream, bool expected)
    {
        string script = $"JOURNAL_STREAM={stream} exec \"$@\"";
        CommandResult result = Command.Run(["sh", "-c", script, "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "xenloop.dll"), "run", "--colour", "blue"]);
        string[] lines = result.Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal(expected, line.StartsWith("<3>", StringComparison.Ordinal)));
    }

    private static bool IsJournal(FileStream file, string? stream) => JournalStream.IsJournal((int)file.SafeFileHandle.DangerousGetHandle(), stream);
}
