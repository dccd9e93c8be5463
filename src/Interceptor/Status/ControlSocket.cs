using System.Buffers;
using XenLoop.Native;

namespace XenLoop.Interceptor.Status;

/// <summary>Where an agent's control socket is: <c>DIRECTORY/NAME.sock</c>.</summary>
internal static class ControlSocket
{
    /// <summary>Ending of control sockets' names.</summary>
    public const string Extension = ".sock";

    /// <summary>Names that the local host's own sockets have in the same directory.</summary>
    private static readonly string[] HostSockets = ["store", "grants"];

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>True if an agent can have this name: that a file can, and that is not one of the host's.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 64
        && !name.ContainsAnyExcept(NameCharacters)
        && name[0] != '.'
        && !HostSockets.Contains(name);

    /// <summary>Path of one agent's socket.</summary>
    /// <exception cref="GuestSetupException">No agent can have this name.</exception>
    public static string PathOf(string directory, string name) => IsName(name)
        ? Path.Combine(directory, name + Extension)
        : throw new GuestSetupException($"'{name}' cannot name a guest: use 1 to 64 letters, digits, dashes, underscores and dots (not the first), and not 'store' or 'grants'.");

    /// <summary>Names of all agents that have a socket in a directory, stale ones included.</summary>
    /// <exception cref="GuestSetupException">The directory may not be read.</exception>
    public static IReadOnlyList<string> NamesIn(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        string[] names = Array.ConvertAll(FilesIn(directory), path => Path.GetFileNameWithoutExtension(path));
        string[] agents = Array.FindAll(names, IsName);
        Array.Sort(agents, StringComparer.Ordinal);
        return agents;
    }

    private static string[] FilesIn(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*" + Extension);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new GuestSetupException($"Which agents run cannot be seen: {directory}: {FailureText.Of(error)}. Ask as the user who started them, or as root.", error);
        }
    }
}
