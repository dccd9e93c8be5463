using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Paths of the store: ASCII letters, digits and <c>-/_@</c>, no empty parts (<c>docs/misc/xenstore.txt</c>).</summary>
internal static class StorePath
{
    /// <summary>Where domains live.</summary>
    public const string Domains = "/local/domain";

    /// <summary>A domain's own directory, where its relative paths start.</summary>
    public static string Of(DomainId domain) => $"{Domains}/{domain}";

    /// <summary>Makes a path absolute; null if it is malformed.</summary>
    public static string? Resolve(string path, DomainId domain)
    {
        string absolute = path.StartsWith('/') ? path : $"{Of(domain)}/{path}";
        return IsWellFormed(absolute) ? absolute : null;
    }

    /// <summary>The parts of a well-formed absolute path; none for the root.</summary>
    public static string[] Split(string absolute) => absolute.Length == 1 ? [] : absolute[1..].Split('/');

    /// <summary>True if a path is the other or below it.</summary>
    public static bool IsWithin(string path, string ancestor) =>
        ancestor == "/" || (path.StartsWith(ancestor, StringComparison.Ordinal) && (path.Length == ancestor.Length || path[ancestor.Length] == '/'));

    private static bool IsWellFormed(string path)
    {
        if (path == "/")
        {
            return true;
        }

        if (path.Length > XenStoreWire.MaximumPath || path.EndsWith('/') || path.Contains("//", StringComparison.Ordinal))
        {
            return false;
        }

        int depth = 0;
        foreach (char letter in path)
        {
            depth += letter == '/' ? 1 : 0;
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '/' or '_' or '@'))
            {
                return false;
            }
        }

        return depth <= StoreQuota.Depth;
    }
}
