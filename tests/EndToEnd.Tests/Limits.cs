namespace XenLoop.EndToEnd.Tests;

/// <summary>How long the tests wait for what must happen; generous, for a slow machine with other work.</summary>
internal static class Limits
{
    /// <summary>For a transfer to end, or to go on after a disturbance.</summary>
    public static readonly TimeSpan Transfer = TimeSpan.FromSeconds(30);

    /// <summary>For the fast path to come back.</summary>
    public static readonly TimeSpan Return = TimeSpan.FromSeconds(30);

    /// <summary>Within which a process must end that was asked to.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(2);

    /// <summary>1 MiB.</summary>
    public const long MiB = 1 << 20;
}
