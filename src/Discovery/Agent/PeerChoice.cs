using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Which of the announced guests are peers where there are more than can be looked after.</summary>
internal static class PeerChoice
{
    /// <summary>
    /// The peers to look after: the nearest by number, as many below as above, on a circle that leads from the highest number to the lowest. So of two guests that
    /// are told the same either both choose the other or neither does: whom only one side chooses, that side waits for without success.
    /// </summary>
    /// <param name="self">The domain that chooses.</param>
    /// <param name="announced">The numbers of all other guests that are announced.</param>
    /// <param name="maximum">The most that are chosen; of an odd number one less.</param>
    public static HashSet<DomainId> Of(DomainId self, IEnumerable<DomainId> announced, int maximum)
    {
        List<DomainId> circle = [.. announced];
        if (circle.Count <= maximum)
        {
            return [.. circle];
        }

        // From self upwards, once round.
        circle.Sort((left, right) => Distance(self, left).CompareTo(Distance(self, right)));
        int half = maximum / 2;
        return [.. circle.GetRange(0, half), .. circle.GetRange(circle.Count - half, half)];
    }

    private static ushort Distance(DomainId from, DomainId to) => unchecked((ushort)(to.Value - from.Value));
}
