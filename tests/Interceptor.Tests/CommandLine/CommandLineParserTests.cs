using XenLoop.Interceptor.CommandLine;

namespace XenLoop.Interceptor.Tests.CommandLine;

public sealed class CommandLineParserTests
{
    private static readonly Option Size = new("--size", "N", "How large.") { Default = "7" };
    private static readonly Option Mode = new("--mode", "HOW", "How.") { Choices = ["fast", "slow"] };
    private static readonly Option Peer = new("--peer", "IP", "Who.") { IsList = true };
    private static readonly Option Json = new("--json", null, "For programs.");

    private static readonly Command Root = new("program", "Does things.")
    {
        Commands =
        [
            new Command("rules", "Many.")
            {
                Commands = [new Command("show", "One.") { Options = [Size, Mode, Peer, Json], Action = (_, _) => Task.FromResult(0) }],
            },
            new Command("version", "Which.") { Alias = "--version", Action = (_, _) => Task.FromResult(0) },
        ],
    };

    [Fact]
    public void Values_follow_as_a_word_or_behind_an_equals_sign()
    {
        Arguments arguments = Parse("rules", "show", "--size", "-1", "--mode=SLOW", "--json");
        Assert.Equal("-1", arguments.Text(Size));
        Assert.Equal("slow", arguments.Find(Mode));
        Assert.True(arguments.Has(Json));
    }

    [Fact]
    public void What_is_not_given_has_its_default()
    {
        Arguments arguments = Parse("rules", "show");
        Assert.Equal(7, arguments.Number(Size, 7));
        Assert.Null(arguments.Find(Mode));
        Assert.Empty(arguments.All(Peer));
        Assert.False(arguments.Has(Json));
    }

    [Fact]
    public void A_list_takes_several_words_and_may_be_repeated() =>
        Assert.Equal(["a", "b", "c=d", "=e"], Parse("rules", "show", "--peer", "a", "b", "--json", "--peer", "c=d", "--peer==e").All(Peer));

    [Fact]
    public void A_value_may_be_empty() => Assert.Equal("", Parse("rules", "show", "--size", "").Text(Size));

    [Theory]
    [InlineData("'program' needs a command")]
    [InlineData("'program rules' needs a command", "rules")]
    [InlineData("'program' has no command 'fly'", "fly")]
    [InlineData("'program rules' has no command 'shows'", "rules", "shows")]
    [InlineData("'program rules show' has no option --colour", "rules", "show", "--colour")]
    [InlineData("'program' has no option --json", "--json", "rules", "show")]
    [InlineData("takes options only, not 'now'", "rules", "show", "now")]
    [InlineData("takes options only, not '3'", "rules", "show", "--size", "2", "3")]
    [InlineData("--size needs a value", "rules", "show", "--size")]
    [InlineData("--size needs a value", "rules", "show", "--size", "--json")]
    [InlineData("--peer needs a value", "rules", "show", "--peer")]
    [InlineData("--size was given twice", "rules", "show", "--size", "1", "--size=2")]
    [InlineData("--mode takes fast, slow, not 'medium'", "rules", "show", "--mode", "medium")]
    [InlineData("--json takes no value", "rules", "show", "--json=yes")]
    public void The_word_that_is_wrong_is_named(string problem, params string[] words) =>
        Assert.Contains(problem, Assert.Throws<UsageException>(() => Parse(words)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("4294967297")]
    [InlineData("")]
    public void Numbers_are_held_to_their_range(string text)
    {
        Arguments arguments = Parse("rules", "show", "--size", text);
        Assert.Contains("--size takes 0 to 7", Assert.Throws<UsageException>(() => arguments.Number(Size, 7)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("program", "--help")]
    [InlineData("program rules", "rules", "-h")]
    [InlineData("program rules show", "rules", "show", "--nonsense", "-?")]
    public void Help_is_of_the_command_that_was_named(string path, params string[] words)
    {
        CommandLineParser parser = CommandLineParser.Find(Root, words);
        Assert.True(parser.WantsHelp);
        Assert.Equal(path, parser.Path);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public void A_command_is_called_by_its_alias_too(string word) => Assert.Equal("program version", CommandLineParser.Find(Root, [word]).Path);

    [Fact]
    public void Help_shows_commands_with_their_aliases()
    {
        string help = HelpText.Of(Root, "program");
        Assert.Contains("  rules               Many.\n", help, StringComparison.Ordinal);
        Assert.Contains("  version, --version  Which.\n", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_options_with_values_choices_and_defaults()
    {
        CommandLineParser parser = CommandLineParser.Find(Root, ["rules", "show"]);
        string expected =
            """
            Usage: program rules show [OPTIONS]

            One.

            Options:
              --size N    How large. [default: 7]
              --mode HOW  How. One of: fast, slow.
              --peer IP   Who.
              --json      For programs.
              -h, --help  Show this, or the help of a command.

            """;
        Assert.Equal(expected, HelpText.Of(parser.Command, parser.Path));
    }

    [Fact]
    public void Help_is_wrapped_at_100_columns()
    {
        string words = string.Join(' ', Enumerable.Repeat("word", 60));
        var command = new Command("c", "C.") { Options = [new Option("--long-option-name", "VALUE", words)] };
        string[] lines = HelpText.Of(command, "c").Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
        Assert.Contains(lines, line => line.Length > 95);
        Assert.Equal(60, lines.Sum(line => line.Split(' ').Count(word => word == "word")));
    }

    private static Arguments Parse(params string[] words)
    {
        CommandLineParser parser = CommandLineParser.Find(Root, words);
        parser.ReadOptions();
        return parser.Arguments;
    }
}
