using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace XenLoop.Interceptor.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>Where sockets are if nothing else is said.</summary>
    public const string DefaultDirectory = "/run/xenloop";

    /// <summary><c>--directory</c>.</summary>
    public static Option<string> Directory() => new("--directory")
    {
        Description = "Where the sockets of agents and of the local host are.",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultDirectory,
    };

    /// <summary><c>--platform</c>.</summary>
    public static Option<string> Platform()
    {
        var option = new Option<string>("--platform")
        {
            Description = "What connects the guests: 'local' for namespaces and containers of one kernel. 'auto' finds out.",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "local");
        return option;
    }

    /// <summary><c>--log-level</c>.</summary>
    public static Option<LogLevel> LogLevel() => new("--log-level")
    {
        Description = "Least important messages to write to standard error.",
        DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
    };

    /// <summary>An option that takes a whole number from 0 on.</summary>
    /// <remarks>A parser of its own: a validator that asks for the value of <c>--queue-base x7</c> gets an exception.</remarks>
    public static Option<int> Number(string name, string description, string helpName, int standard, int most) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > most)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes 0 to {most}, not '{text}'."));
            }

            return number;
        },
    };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs instead of text for people." };
}
