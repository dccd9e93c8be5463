namespace XenLoop.Discovery;

/// <summary>Something changed, or may have, at or below a watched path. It says where, never what: read the node.</summary>
/// <param name="Path">The changed node; relative if the watch was set with a relative path.</param>
/// <param name="Token">The token that was given to the watch.</param>
public readonly record struct StoreEvent(string Path, string Token)
{
    /// <summary>
    /// The first character of tokens of watches on one node: where below it something changed is of no interest, and their events say nothing of it. Else
    /// whoever can write below the node could fill the reader's queue with ever new names.
    /// </summary>
    public const char NodeToken = '=';

    /// <summary>Events came faster than they were taken and some were dropped: read everything that is watched again.</summary>
    public static StoreEvent Overflow { get; } = new(string.Empty, string.Empty);

    /// <summary>True for <see cref="Overflow"/>.</summary>
    public bool IsOverflow => Token.Length == 0;
}
