using System.Security.Cryptography;

namespace XenLoop.Fuzz.Engine;

/// <summary>Where inputs are kept, one file each, named by what is in it.</summary>
internal static class FuzzFiles
{
    /// <summary>The corpus as it was when this program was built.</summary>
    public static string Corpus(string target) => Path.Combine(AppContext.BaseDirectory, "Corpus", target);

    /// <summary>Inputs that once were faults, as they were when this program was built.</summary>
    public static string Regressions(string target) => Path.Combine(AppContext.BaseDirectory, "Regressions", target);

    /// <summary>All inputs of a folder, in the order of their names.</summary>
    public static IEnumerable<byte[]> ReadAll(string directory) => Directory.Exists(directory)
        ? Directory.GetFiles(directory).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
        : [];

    /// <summary>Writes an input under its own name.</summary>
    /// <returns>The file.</returns>
    public static string Write(string directory, string prefix, byte[] input)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, prefix + Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(path, input);
        return path;
    }
}
