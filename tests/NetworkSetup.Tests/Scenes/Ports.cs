namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>A fresh port for each stream, so that no connection meets what is left of an earlier one.</summary>
internal static class Ports
{
    private static int s_last = 20000;

    /// <summary>The one that <see cref="Next"/> gave out last; tests run one at a time.</summary>
    public static int Last => s_last;

    public static int Next() => Interlocked.Increment(ref s_last);
}
