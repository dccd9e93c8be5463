namespace XenLoop.Fuzz;

/// <summary>One parser of foreign bytes (or several that stand behind one another), and what must hold whatever the bytes are.</summary>
internal abstract class FuzzTarget
{
    /// <summary>On the command line, and of the folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Inputs beyond this length say nothing new, in bytes.</summary>
    public virtual int LongestInput => 4096;

    /// <summary>What one execution may allocate on the managed heap, in bytes.</summary>
    public virtual long MostAllocated => 1 << 20;

    /// <summary>True: other threads take part, and only blocks are told apart, not edges.</summary>
    public virtual bool UsesThreads => false;

    /// <summary>Well-formed inputs, made by the product's own writers where it has them.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Gives <paramref name="input"/> to the parsers.</summary>
    /// <param name="input">Between two inaccessible pages, its end at the second: a read beyond it ends the process.</param>
    /// <exception cref="Exception">Any at all is a fault found: the parsers' documented ones are caught here.</exception>
    public abstract void Run(ReadOnlySpan<byte> input);
}
