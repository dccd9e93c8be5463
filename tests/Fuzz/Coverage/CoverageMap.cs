using System.Runtime.InteropServices;

namespace XenLoop.Fuzz.Coverage;

/// <summary>
/// How often each edge between two basic blocks was taken since the last reset, as AFL counts them: one byte for each hash of
/// (previous block, this block). <see cref="Instrumenter"/> puts a call of <see cref="Hit"/> in front of each block.
/// </summary>
public static unsafe class CoverageMap
{
    /// <summary>Edges that can be told apart, less what collides.</summary>
    public const int Edges = 1 << 16;

    private static readonly byte* Counts = (byte*)NativeMemory.AllocZeroed(Edges);
    private static int s_previous;
    private static int s_edgeMask = Edges - 1;

    /// <summary>The counts since <see cref="Reset"/>.</summary>
    public static Span<byte> Taken => new(Counts, Edges);

    /// <summary>False: only blocks are told apart. For targets with several threads, whose interleaving would look like new edges.</summary>
    public static bool TellsEdges
    {
        set => s_edgeMask = value ? Edges - 1 : 0;
    }

    /// <summary>A block is entered.</summary>
    /// <param name="block">Below <see cref="Edges"/>.</param>
    public static void Hit(int block)
    {
        Counts[block ^ (s_previous & s_edgeMask)]++;
        s_previous = block >> 1;
    }

    /// <summary>Before an execution.</summary>
    public static void Reset()
    {
        Taken.Clear();
        s_previous = 0;
    }
}
