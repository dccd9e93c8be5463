using System.Globalization;

namespace XenLoop.Interceptor.CommandLine;

/// <summary>What was given to a command, option by option.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<Option, List<string>> _given = [];

    /// <summary>Adds an option's value, or the presence of a flag.</summary>
    /// <exception cref="UsageException">The option does not take it, or was given before and is not a list.</exception>
    public void Add(Option option, string value)
    {
        if (option.Choices.Length > 0)
        {
            value = Array.Find(option.Choices, choice => string.Equals(choice, value, StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException($"{option.Name} takes {string.Join(", ", option.Choices)}, not '{value}'.");
        }

        if (!_given.TryGetValue(option, out List<string>? values))
        {
            _given.Add(option, values = []);
        }
        else if (!option.IsList)
        {
            throw new UsageException($"{option.Name} was given twice.");
        }

        values.Add(value);
    }

    /// <summary>True if the option was given.</summary>
    public bool Has(Option option) => _given.ContainsKey(option);

    /// <summary>All values of a list; empty if it was not given.</summary>
    public IReadOnlyList<string> All(Option option) => _given.TryGetValue(option, out List<string>? values) ? values : [];

    /// <summary>The option's value, or its default; null if it has neither.</summary>
    public string? Find(Option option) => _given.TryGetValue(option, out List<string>? values) ? values[0] : option.Default;

    /// <summary>The value of an option that has a default.</summary>
    public string Text(Option option) => Find(option) ?? throw new InvalidOperationException($"{option.Name} has no default.");

    /// <summary>The value of an option that has a default, as a whole number from 0 to <paramref name="most"/>.</summary>
    /// <exception cref="UsageException">The value is not such a number.</exception>
    public int Number(Option option, int most) =>
        int.TryParse(Text(option), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most
            ? number
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes 0 to {most}, not '{Text(option)}'."));
}
