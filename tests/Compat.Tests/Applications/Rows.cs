using System.Globalization;
using System.Text;
using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab.Traffic;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>A table's rows as databases take and give them: number, tab, 200 hexadecimal digits, newline.</summary>
internal sealed class Rows
{
    private const int Bytes = 100;

    public Rows(Trial trial, int count)
    {
        Count = count;
        var text = new StringBuilder();
        byte[] row = new byte[Bytes];
        for (int i = 0; i < count; i++)
        {
            TestPattern.Fill(row, seed: (ulong)i << 32, offset: 0);
            text.Append(CultureInfo.InvariantCulture, $"{i}\t{Convert.ToHexString(row)}\n");
        }

        Path = trial.NewText("rows", text.ToString());
        Length = text.Length;
    }

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>The file that holds them.</summary>
    public string Path { get; }

    /// <summary>Its bytes.</summary>
    public long Length { get; }

    /// <summary>Fails unless a file holds the same rows in the same order.</summary>
    public void AssertCopied(string path) => Assert.Equal(File.ReadLines(Path), File.ReadLines(path));
}
