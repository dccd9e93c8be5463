namespace XenLoop.Discovery;

/// <summary>Names of guests and bridges: for people, and safe in every text of ours.</summary>
internal static class GuestName
{
    /// <summary>Longest name of a guest.</summary>
    public const int MaximumLength = 64;

    /// <summary>True for 1 to <paramref name="longest"/> of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public static bool IsValid(ReadOnlySpan<char> text, int longest = MaximumLength)
    {
        if (text.IsEmpty || text.Length > longest)
        {
            return false;
        }

        foreach (char letter in text)
        {
            if (!IsValid(letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Any bytes as a valid name: what does not fit is replaced or cut off.</summary>
    public static string From(ReadOnlySpan<byte> name)
    {
        Span<char> safe = stackalloc char[Math.Min(name.Length, MaximumLength)];
        for (int i = 0; i < safe.Length; i++)
        {
            char letter = (char)name[i];
            safe[i] = IsValid(letter) ? letter : '_';
        }

        return safe.IsEmpty ? "_" : safe.ToString();
    }

    private static bool IsValid(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}
