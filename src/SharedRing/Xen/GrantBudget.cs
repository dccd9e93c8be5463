using System.Globalization;

namespace XenLoop.SharedRing.Xen;

/// <summary>Keeps account of the pages that this process has granted, of those that gntalloc grants in all.</summary>
internal sealed class GrantBudget
{
    private const string LimitFile = "/sys/module/xen_gntalloc/parameters/limit";

    /// <summary>For a limit at every boot. Of several files the last in the order of their names counts: this one, against the install script's xenloop.conf.</summary>
    private const string BootFile = "/etc/modprobe.d/zz-xenloop.conf";

    /// <summary>The limit that the install script sets, and the least that we advise.</summary>
    private const long UsualLimit = 8192;

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
    public static ChannelPlatformException NoneLeft(int pages)
    {
        string limit = ReadLimit();
        long wanted = long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= UsualLimit ? 2 * number : UsualLimit;
        return new ChannelPlatformException(string.Create(
            CultureInfo.InvariantCulture,
            $"Fewer than {pages} grant pages are left. All channels that this guest listens for, and other programs, share {limit} pages ({LimitFile}). Raise the limit: echo {wanted} >{LimitFile}, and for good: echo 'options xen-gntalloc limit={wanted}' >{BootFile}, or xen_gntalloc.limit={wanted} on the kernel's command line where the module is built in. If that changes nothing, memory or the grant table is used up (max_grant_frames in the guest's configuration)."))
        {
            IsExhaustion = true,
        };
    }

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
