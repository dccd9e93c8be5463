using System.Globalization;

namespace XenLoop.SharedRing.Xen;

/// <summary>The pages that <c>/dev/xen/gntalloc</c> may grant in all, and those of them that this process has granted.</summary>
internal sealed class GrantBudget
{
    /// <summary>Where the kernel's limit is read and set.</summary>
    public const string LimitFile = "/sys/module/xen_gntalloc/parameters/limit";

    /// <summary>The kernel's default (<c>drivers/xen/gntalloc.c</c>), which holds where sysfs does not tell.</summary>
    private const int DefaultLimit = 1024;

    private int _lent;

    /// <summary>Limit and use at this moment; the limit may be changed at any time.</summary>
    public PageBudget Now => new(ReadLimit(), Volatile.Read(ref _lent));

    /// <summary>Counts pages as granted, or, negative, as taken back.</summary>
    public void Add(int pages) => Interlocked.Add(ref _lent, pages);

    private static int ReadLimit()
    {
        try
        {
            return int.TryParse(File.ReadAllText(LimitFile), NumberStyles.Integer, CultureInfo.InvariantCulture, out int limit) ? limit : DefaultLimit;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DefaultLimit;
        }
    }
}
