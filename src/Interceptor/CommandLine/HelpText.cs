using System.Text;

namespace XenLoop.Interceptor.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    private const int Columns = 100;

    /// <summary>Help on one command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">The command as it is written, from the program's name on.</param>
    public static string Of(Command command, string path)
    {
        var text = new StringBuilder();
        bool hasCommands = command.Commands.Length > 0;
        text.Append($"Usage: {path}{(hasCommands ? " COMMAND" : "")} [OPTIONS]\n\n{command.Description}\n");
        if (hasCommands)
        {
            text.Append("\nCommands:\n");
            Append(text, Array.ConvertAll(command.Commands, each => (NameOf(each), each.Description)));
        }

        text.Append("\nOptions:\n");
        Append(text, [.. Array.ConvertAll(command.Options, each => (NameOf(each), DescriptionOf(each))), ("-h, --help", "Show this, or the help of a command.")]);
        return text.ToString();
    }

    private static string NameOf(Command command) => command.Alias is null ? command.Name : $"{command.Name}, {command.Alias}";

    private static string NameOf(Option option) => option.ValueName is null ? option.Name : $"{option.Name} {option.ValueName}";

    private static string DescriptionOf(Option option) =>
        option.Description
        + (option.Choices.Length > 0 ? $" One of: {string.Join(", ", option.Choices)}." : "")
        + (option.Default is { Length: > 0 } value ? $" [default: {value}]" : "");

    private static void Append(StringBuilder text, (string Name, string Description)[] rows)
    {
        int indent = 0;
        foreach ((string name, _) in rows)
        {
            indent = Math.Max(indent, name.Length + 4);
        }

        foreach ((string name, string description) in rows)
        {
            text.Append("  ").Append(name.PadRight(indent - 2));
            AppendWrapped(text, description, indent);
        }
    }

    private static void AppendWrapped(StringBuilder text, string description, int indent)
    {
        int column = indent;
        foreach (string word in description.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > Columns)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }

            text.Append(column > indent ? " " : "").Append(word);
            column += word.Length + (column > indent ? 1 : 0);
        }

        text.Append('\n');
    }
}
