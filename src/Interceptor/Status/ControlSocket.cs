using System.Buffers;
using System.Net.Sockets;
using XenLoop.Interceptor.Guest;

namespace XenLoop.Interceptor.Status;

/// <summary>Where an agent's control socket is: <c>DIRECTORY/NAME.sock</c>.</summary>
internal static class ControlSocket
{
    /// <summary>Ending of control sockets' names.</summary>
    public const string Extension = ".sock";

    /// <summary>Names that the local host's sockets have in the same directory.</summary>
    private static readonly string[] HostSockets = ["store", "grants"];

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Path of one agent's socket.</summary>
    /// <exception cref="GuestSetupException">The name cannot be a file's, or is one of the host's.</exception>
    public static string PathOf(string directory, string name)
    {
        bool sound = name.Length is > 0 and <= 64
            && !name.ContainsAnyExcept(NameCharacters)
            && name[0] != '.'
            && !HostSockets.Contains(name);
        return sound
            ? Path.Combine(directory, name + Extension)
            : throw new GuestSetupException($"'{name}' cannot name a guest: use 1 to 64 letters, digits, dots, dashes and underscores, and not 'store' or 'grants'.");
    }

    /// <summary>Names of all agents that have a socket in a directory, stale ones included.</summary>
    public static IReadOnlyList<string> NamesIn(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        string[] sockets = Array.ConvertAll(Directory.GetFiles(directory, "*" + Extension), path => Path.GetFileNameWithoutExtension(path));
        string[] agents = Array.FindAll(sockets, name => !HostSockets.Contains(name));
        Array.Sort(agents, StringComparer.Ordinal);
        return agents;
    }

    /// <summary>Connects, or returns null if nobody listens there.</summary>
    public static Socket? TryConnect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound
            || !File.Exists(path))
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
