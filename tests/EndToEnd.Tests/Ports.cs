namespace XenLoop.EndToEnd.Tests;

/// <summary>A fresh port for each stream, so that no connection meets what is left of an earlier one.</summary>
internal static class Ports
{
    private static int s_last = 20000;

    public static int Next() => Interlocked.Increment(ref s_last);
}
