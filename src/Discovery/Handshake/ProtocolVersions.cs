using System.Globalization;

namespace XenLoop.Discovery;

/// <summary>The versions of discovery's node texts and of the channel that one side speaks; the highest common one is used.</summary>
/// <param name="Minimum">The oldest version, at least 1.</param>
/// <param name="Maximum">The newest version.</param>
public readonly record struct ProtocolVersions(ushort Minimum, ushort Maximum)
{
    /// <summary>The versions that this program speaks.</summary>
    public static ProtocolVersions Ours { get; } = new(1, 1);

    /// <summary>True if both speak at least one version.</summary>
    public bool Meets(ProtocolVersions other) => Minimum <= other.Maximum && other.Minimum <= Maximum;

    /// <summary>Reads a range of versions: <c>1-3</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ProtocolVersions versions)
    {
        int dash = text.IndexOf('-');
        versions = default;
        if (dash < 1
            || !ushort.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort minimum)
            || !ushort.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort maximum)
            || minimum == 0
            || maximum < minimum)
        {
            return false;
        }

        versions = new ProtocolVersions(minimum, maximum);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Minimum}-{Maximum}");
}
