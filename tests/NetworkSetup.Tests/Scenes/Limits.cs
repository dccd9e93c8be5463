namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>How long the tests wait for what must happen; generous, for a slow machine with other work.</summary>
internal static class Limits
{
    /// <summary>For a transfer to end, or to go on after a disturbance.</summary>
    public static readonly TimeSpan Transfer = TimeSpan.FromSeconds(30);

    /// <summary>For an agent to follow a change.</summary>
    public static readonly TimeSpan Change = TimeSpan.FromSeconds(20);

    /// <summary>1 MiB.</summary>
    public const long MiB = 1 << 20;
}
