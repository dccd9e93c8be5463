namespace XenLoop.Interceptor.CommandLine;

/// <summary>A command: either with subcommands, or with options and something to do.</summary>
/// <param name="name">The word that calls it.</param>
/// <param name="description">What it does, for help.</param>
internal sealed class Command(string name, string description)
{
    /// <summary>The word that calls it.</summary>
    public string Name { get; } = name;

    /// <summary>Another word that calls it, written like an option: <c>--version</c>; null: none.</summary>
    public string? Alias { get; init; }

    /// <summary>What the command does, for help.</summary>
    public string Description { get; } = description;

    /// <summary>The options that the command takes.</summary>
    public Option[] Options { get; init; } = [];

    /// <summary>The command's subcommands.</summary>
    public Command[] Commands { get; init; } = [];

    /// <summary>
    /// Done before <see cref="Action"/>, while signals still have their default effect: what may end with the program's executing itself again, over which a
    /// signal that was taken note of would be forgotten. Null: nothing.
    /// </summary>
    public Action<Arguments>? Preparation { get; init; }

    /// <summary>
    /// Does what the command is for, and returns the exit code. The token ends when the user or the system wants the process to end. All arguments are
    /// looked at before anything is touched. Null for a command that only has subcommands.
    /// </summary>
    public Func<Arguments, CancellationToken, Task<int>>? Action { get; init; }
}
