namespace XenLoop.SharedRing.Xen;

/// <summary>How often pages that were granted to one domain are given back to the kernel, which may pin them: fourteen times on the first day, and then once a day.</summary>
internal sealed class ReleasePace
{
    /// <summary>Releases without a pause.</summary>
    public const int FreeReleases = 4;

    /// <summary>Milliseconds between the last release without a pause and the next; twice as many each time, up to <see cref="LongestPause"/>.</summary>
    public const long FirstPause = 60_000;

    /// <summary>Longest pause between two releases, in milliseconds: a day.</summary>
    public const long LongestPause = 24 * 60 * 60_000;

    private const int MostDoublings = 20;

    private int _releases;

    /// <summary>When the next release may be, in the clock's milliseconds.</summary>
    public long Next { get; private set; }

    /// <summary>Lets the next release be at <paramref name="now"/> (the clock's milliseconds): others are in need.</summary>
    public void Allow(long now) => Next = Math.Min(Next, now);

    /// <summary>Takes note of a release at <paramref name="now"/> (the clock's milliseconds).</summary>
    public void Note(long now)
    {
        _releases++;
        Next = _releases < FreeReleases ? now : now + Math.Min(LongestPause, FirstPause << Math.Min(_releases - FreeReleases, MostDoublings));
    }
}
