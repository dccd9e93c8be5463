using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Which of the announced guests are peers where there are more than can be looked after.</summary>
internal static class PeerChoice
{
    /// <summary>
    /// The nearest by number, as many below as above, on a circle that leads from the highest number to the lowest. So of two guests that
    /// are told the same either both choose the other or neither does: whom only one side chooses, that side waits for in vain.
    /// </summary>
    /// <param name="self">Who chooses.</param>
    /// <param name="announced">All others.</param>
    /// <param name="maximum">Of an odd one, one less is chosen.</param>
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
