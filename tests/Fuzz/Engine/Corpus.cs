using System.Runtime.InteropServices;
using XenLoop.Fuzz.Coverage;

namespace XenLoop.Fuzz.Engine;

/// <summary>The inputs worth keeping: each took an edge, or took it in an order of magnitude of times, that none before it did.</summary>
internal sealed class Corpus
{
    private readonly List<byte[]> _inputs = [];
    private readonly List<HashSet<int>> _features = [];

    /// <summary>For each edge, one bit for each order of magnitude seen.</summary>
    private readonly byte[] _seen = new byte[CoverageMap.Edges];

    /// <summary>How many there are.</summary>
    public int Count => _inputs.Count;

    /// <summary>Edges taken by any input.</summary>
    public int Edges { get; private set; }

    /// <summary>One of them.</summary>
    public byte[] this[int index] => _inputs[index];

    /// <summary>Keeps the input that was just run if <see cref="CoverageMap.Taken"/> shows something new.</summary>
    public bool TryAdd(ReadOnlySpan<byte> input)
    {
        Span<byte> taken = CoverageMap.Taken;
        bool isNew = false;
        for (int word = 0; word < taken.Length; word += sizeof(ulong))
        {
            if (MemoryMarshal.Read<ulong>(taken[word..]) != 0)
            {
                isNew |= Note(taken, word);
            }
        }

        if (isNew)
        {
            _inputs.Add(input.ToArray());
            _features.Add(Features(taken));
        }

        return isNew;
    }

    /// <summary>Few inputs that take between them every edge that all take, short ones first.</summary>
    public IEnumerable<byte[]> Minimised()
    {
        HashSet<int> covered = [];
        int[] order = [.. Enumerable.Range(0, Count).OrderBy(index => _inputs[index].Length).ThenByDescending(index => _features[index].Count)];
        foreach (int index in order)
        {
            int before = covered.Count;
            covered.UnionWith(_features[index]);
            if (covered.Count > before)
            {
                yield return _inputs[index];
            }
        }
    }

    private bool Note(Span<byte> taken, int word)
    {
        bool isNew = false;
        for (int edge = word; edge < word + sizeof(ulong); edge++)
        {
            byte magnitude = Magnitude(taken[edge]);
            if ((magnitude & ~_seen[edge]) != 0)
            {
                Edges += _seen[edge] == 0 ? 1 : 0;
                _seen[edge] |= magnitude;
                isNew = true;
            }
        }

        return isNew;
    }

    private static HashSet<int> Features(Span<byte> taken)
    {
        HashSet<int> features = [];
        for (int edge = 0; edge < taken.Length; edge++)
        {
            if (taken[edge] != 0)
            {
                features.Add(edge);
            }
        }

        return features;
    }

    /// <summary>AFL's classes: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, more.</summary>
    private static byte Magnitude(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
