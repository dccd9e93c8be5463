namespace XenLoop.Interceptor.CommandLine;

/// <summary>
/// Reads a command line: commands, then options as <c>--name value</c> or <c>--name=value</c>. Small on purpose: System.CommandLine
/// took a megabyte of a binary that may have 6.
/// </summary>
internal sealed class CommandLineParser
{
    private static readonly string[] HelpWords = ["--help", "-h", "-?"];

    private readonly string[] _words;
    private int _place;

    private CommandLineParser(string[] words) => _words = words;

    /// <summary>The command that the first words call.</summary>
    public Command Command { get; private set; } = null!;

    /// <summary>The command as it is written, from the program's name on.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The command's arguments.</summary>
    public Arguments Arguments { get; } = new();

    /// <summary>True if help is wanted instead of the command.</summary>
    public bool WantsHelp { get; private set; }

    /// <summary>Finds the command; <see cref="ReadOptions"/> comes next.</summary>
    public static CommandLineParser Find(Command root, string[] words)
    {
        var parser = new CommandLineParser(words)
        {
            Command = root,
            Path = root.Name,
            WantsHelp = Array.Exists(words, word => HelpWords.Contains(word)),
        };
        while (parser._place < words.Length && Array.Find(parser.Command.Commands, command => words[parser._place] == command.Name || words[parser._place] == command.Alias) is { } command)
        {
            parser.Command = command;
            parser.Path += $" {command.Name}";
            parser._place++;
        }

        return parser;
    }

    /// <summary>Reads what follows the command.</summary>
    /// <exception cref="UsageException">There is no such command or option, or a value is missing or wrong.</exception>
    public void ReadOptions()
    {
        while (_place < _words.Length)
        {
            string word = _words[_place++];
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? word : word[..equals];
            Option option = Array.Find(Command.Options, option => option.Name == name) ?? throw Unknown(word);
            if (option.ValueName is null)
            {
                Arguments.Add(option, equals < 0 ? "" : throw new UsageException($"{name} takes no value."));
            }
            else if (equals >= 0)
            {
                Arguments.Add(option, word[(equals + 1)..]);
            }
            else
            {
                ReadValues(option);
            }
        }

        if (Command.Action is null)
        {
            throw new UsageException($"'{Path}' needs a command.");
        }
    }

    private void ReadValues(Option option)
    {
        int first = _place;
        while (_place < _words.Length && !_words[_place].StartsWith("--", StringComparison.Ordinal) && (option.IsList || _place == first))
        {
            Arguments.Add(option, _words[_place++]);
        }

        if (_place == first)
        {
            throw new UsageException($"{option.Name} needs a value.");
        }
    }

    private UsageException Unknown(string word) => new(
        word.StartsWith('-') ? $"'{Path}' has no option {word}."
        : Command.Commands.Length > 0 ? $"'{Path}' has no command '{word}'."
        : $"'{Path}' takes options only, not '{word}'.");
}
