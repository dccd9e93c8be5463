namespace XenLoop.Compat.Tests.Trials;

/// <summary>How much the applications move: little in the tests of every day, much with <c>./build.sh compat</c>.</summary>
internal static class Volume
{
    /// <summary>1 MiB.</summary>
    public const int MiB = 1 << 20;

    private static readonly bool s_full = Environment.GetEnvironmentVariable("XENLOOP_COMPAT_VOLUME") == "full";

    /// <summary>The first everyday, the second in full.</summary>
    public static int Of(int little, int full) => s_full ? full : little;
}
