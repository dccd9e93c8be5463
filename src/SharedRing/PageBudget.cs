namespace XenLoop.SharedRing;

/// <summary>What a platform can lend to other domains in all.</summary>
/// <param name="Limit">Most pages, of all processes of this guest together: the kernel's limit.</param>
/// <param name="Lent">Pages that this process has lent. Others may have lent some as well: only the attempt tells.</param>
public readonly record struct PageBudget(int Limit, int Lent)
{
    /// <summary>Pages that are left if nobody else lends any; never negative.</summary>
    public int Left => Math.Max(0, Limit - Lent);
}
