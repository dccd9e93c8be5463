using System.Globalization;

namespace XenLoop.SharedRing.Xen;

/// <summary>Keeps account of the pages that this process has granted, of those that gntalloc grants in all.</summary>
internal sealed class GrantBudget
{
    private const string LimitFile = "/sys/module/xen_gntalloc/parameters/limit";

    private int _lent;

    /// <summary>The pages that gntalloc grants in all and those that this process has granted; null where the kernel tells no limit.</summary>
    public PageBudget? Pages => int.TryParse(ReadLimit(), NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
        ? new PageBudget(limit, Volatile.Read(ref _lent))
        : null;

    /// <summary>Counts pages that were granted.</summary>
    public void Take(int pages) => Interlocked.Add(ref _lent, pages);

    /// <summary>Counts pages that are given back. Linux 6.1 counts them as free at once, even if the peer still maps them (<c>__del_gref</c>); older kernels only when it has unmapped them.</summary>
    public void Return(int pages) => Interlocked.Add(ref _lent, -pages);

    /// <summary>Makes the exception that fewer than <paramref name="pages"/> pages are left.</summary>
    public static ChannelPlatformException NoneLeft(int pages) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Fewer than {pages} grant pages are left. All channels that this guest listens for, and other programs, share {ReadLimit()} pages ({LimitFile}). Raise the limit: echo 8192 >{LimitFile}, and for good: echo 'options xen-gntalloc limit=8192' >/etc/modprobe.d/xen-gntalloc.conf, or xen_gntalloc.limit=8192 on the kernel's command line where the module is built in."))
    {
        IsExhaustion = true,
    };

    private static string ReadLimit()
    {
        try
        {
            return File.ReadAllText(LimitFile).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "an unknown number of";
        }
    }
}
