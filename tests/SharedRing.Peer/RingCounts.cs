using System.Globalization;

namespace XenLoop.SharedRing.Peer;

/// <summary>What one end of a channel rang, and what it asked to be rung for. The ring at the end of a direction, which nobody asks for, does not count.</summary>
/// <remarks>
/// Each ring answers a wish of the other end's, and no wish is answered twice (the model checker of tests/SharedRing.Tests proves it):
/// <c>DataRings</c> here is never more than <c>DataWishes</c> there, nor <c>SpaceRings</c> than <c>SpaceWishes</c>. Every sleep begins
/// with one wish, or with one of each kind; a wish without a sleep is one that the second check turned back, because what it was for
/// had come just then. All that holds below 2 GB: an index goes round at 4 GB, and meets a word that nobody has written since.
/// </remarks>
/// <param name="DataRings">Rings because RingProducer.Publish said so.</param>
/// <param name="DataWishes">Calls of RingConsumer.PrepareToWaitForData.</param>
/// <param name="SpaceRings">Rings because RingConsumer.Release said so.</param>
/// <param name="SpaceWishes">Calls of RingProducer.PrepareToWaitForSpace.</param>
/// <param name="Sleeps">Times that this end went to sleep.</param>
public readonly record struct RingCounts(long DataRings, long DataWishes, long SpaceRings, long SpaceWishes, long Sleeps)
{
    /// <summary>True if this end rang for nothing that the other did not ask for.</summary>
    public bool RangOnlyAsAskedBy(RingCounts other) => DataRings <= other.DataWishes && SpaceRings <= other.SpaceWishes;

    /// <summary>Finds the counts in a line that has them as <see cref="ToString"/> writes them.</summary>
    public static RingCounts Parse(string line)
    {
        long Value(string name)
        {
            int start = line.IndexOf($" {name}=", StringComparison.Ordinal) + name.Length + 2;
            int end = line.IndexOfAny([' ', '\n'], start);
            return long.Parse(line.AsSpan(start, (end < 0 ? line.Length : end) - start), CultureInfo.InvariantCulture);
        }

        return new RingCounts(Value("data-rings"), Value("data-wishes"), Value("space-rings"), Value("space-wishes"), Value("sleeps"));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"data-rings={DataRings} data-wishes={DataWishes} space-rings={SpaceRings} space-wishes={SpaceWishes} sleeps={Sleeps}");
}
