using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// How large a channel's rings are where pages are scarce: gntalloc lends 1,024 in all by default, and a channel of two
/// rings of 1 MB takes 513 of them.
/// </summary>
/// <remarks>
/// <para>
/// Every peer that may ask for a channel is sure of an equal share, so a newcomer never waits for an old channel to end; except for pages that
/// a platform keeps for a peer whose channels ended often (<see cref="IChannelPlatform.GivesBack"/>). What the others leave unused goes to
/// the busy: a channel under traffic may take half of what is left, and is opened again with larger rings. When pages run out
/// nevertheless (other programs lend pages too, and those that a dead peer has not unmapped stay lent), the largest channel goes back to its share.
/// </para>
/// <code>
/// peers      1     2..3    4..7    8..15    16 and more
/// share    1 MB   512 KB  256 KB  128 KB   64 KB           of 1,024 pages, which are enough for 31 channels
/// </code>
/// </remarks>
internal static class RingSizing
{
    /// <summary>Data bytes per direction that every one of <paramref name="peers"/> can have at the same time.</summary>
    /// <param name="budget">What the platform lends; null: no limit.</param>
    /// <param name="peers">How many peers may ask for a channel that we allocate.</param>
    /// <param name="largest">Data bytes per direction that are wanted if nothing is scarce, a power of two.</param>
    public static int Share(PageBudget? budget, int peers, int largest) =>
        budget is { } pages ? Fitting(pages.Limit / Math.Max(1, peers), largest) : largest;

    /// <summary>
    /// Data bytes per direction that a busy channel may grow to: with half of what is left beside its own pages and a smallest channel for a
    /// newcomer. Where there is no limit it has what is wanted already.
    /// </summary>
    /// <param name="budget">What the platform lends; null: no limit.</param>
    /// <param name="current">Data bytes per direction that the channel has.</param>
    /// <param name="largest">Data bytes per direction that are wanted if nothing is scarce, a power of two.</param>
    public static int Grown(PageBudget? budget, int current, int largest) =>
        budget is { } pages ? Math.Max(current, Fitting(ChannelDescriptor.ChannelPages(current) + ((pages.Left - ChannelDescriptor.ChannelPages(ChannelDescriptor.SmallestUsefulRingBytes)) / 2), largest)) : current;

    private static int Fitting(int pages, int largest)
    {
        int size = largest;
        while (size > ChannelDescriptor.SmallestUsefulRingBytes && ChannelDescriptor.ChannelPages(size) > pages)
        {
            size /= 2;
        }

        return size;
    }
}
