using System.Buffers;

namespace XenLoop.Interceptor.Status;

/// <summary>Where an agent's control socket is: <c>DIRECTORY/NAME.sock</c>.</summary>
internal static class ControlSocket
{
    /// <summary>Ending of control sockets' names.</summary>
    public const string Extension = ".sock";

    /// <summary>Names that the local host's sockets have in the same directory.</summary>
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
        : throw new GuestSetupException($"'{name}' cannot name a guest: use 1 to 64 letters, digits, dots, dashes and underscores, and not 'store' or 'grants'.");

    /// <summary>Names of all agents that have a socket in a directory, stale ones included.</summary>
    public static IReadOnlyList<string> NamesIn(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        string[] names = Array.ConvertAll(Directory.GetFiles(directory, "*" + Extension), path => Path.GetFileNameWithoutExtension(path));
        string[] agents = Array.FindAll(names, IsName);
        Array.Sort(agents, StringComparer.Ordinal);
        return agents;
    }
}
