namespace XenLoop.SharedRing.Xen;

/// <summary>How often pages that were granted to one domain are given back to the kernel, which may pin them: fourteen times in the first day, once more in the second, and so on.</summary>
internal sealed class ReleasePace
{
    /// <summary>So many times without a pause.</summary>
    public const int FreeReleases = 4;

    /// <summary>Milliseconds between the last of those and the next; twice as many each time.</summary>
    public const long FirstPause = 60_000;

    private const int MostDoublings = 30;

    private int _releases;

    /// <summary>When the next may be, in the clock's milliseconds.</summary>
    public long Next { get; private set; }

    /// <summary>Takes note of one.</summary>
    public void Note(long now)
    {
        _releases++;
        Next = _releases < FreeReleases ? now : now + (FirstPause << Math.Min(_releases - FreeReleases, MostDoublings));
    }
}
