namespace XenLoop.Interceptor.CommandLine;

/// <summary>One option of a command.</summary>
/// <param name="name">The option as it is written: <c>--name</c>.</param>
/// <param name="valueName">What help calls its value; null if it has none, and is there or not.</param>
/// <param name="description">What the option is for, in one or two sentences.</param>
internal sealed class Option(string name, string? valueName, string description)
{
    /// <summary>The option as it is written: <c>--name</c>.</summary>
    public string Name { get; } = name;

    /// <summary>What help calls its value; null for a flag.</summary>
    public string? ValueName { get; } = valueName;

    /// <summary>What the option is for, for help.</summary>
    public string Description { get; } = description;

    /// <summary>The value if the option is not given; null: none.</summary>
    public string? Default { get; init; }

    /// <summary>The values that the option takes; empty: any.</summary>
    public string[] Choices { get; init; } = [];

    /// <summary>True if the option may be given more than once, and with several values at once.</summary>
    public bool IsList { get; init; }
}
