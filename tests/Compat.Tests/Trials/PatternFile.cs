using XenLoop.Lab.Traffic;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>A file of test pattern, and the check that another one is a copy of it.</summary>
internal sealed class PatternFile
{
    private const int BlockLength = 1 << 20;
    private readonly ulong _seed;

    /// <summary>Writes it; everybody may read it, because servers drop their privileges.</summary>
    public PatternFile(string path, long length, ulong seed)
    {
        Path = path;
        Length = length;
        _seed = seed;
        using FileStream stream = File.Create(path);
        byte[] block = new byte[BlockLength];
        for (long offset = 0; offset < length; offset += BlockLength)
        {
            TestPattern.Fill(block, seed, offset);
            stream.Write(block, 0, (int)Math.Min(BlockLength, length - offset));
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Its last part.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Fails, with the place of the first difference, unless the file at <paramref name="path"/> holds the same.</summary>
    public void AssertCopied(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Assert.Equal(Length, stream.Length);
        byte[] block = new byte[BlockLength];
        for (long offset = 0; offset < Length; offset += BlockLength)
        {
            int length = stream.ReadAtLeast(block, BlockLength, throwOnEndOfStream: false);
            int wrong = TestPattern.FirstDifference(block.AsSpan(0, length), _seed, offset);
            Assert.True(wrong < 0, $"{path} differs from {Path} at byte {offset + wrong}.");
        }
    }
}
