using System.Globalization;
using System.Net.Sockets;
using XenLoop.Discovery;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary>The name of an agent whose user gave it none.</summary>
internal static class AgentName
{
    private const int LongestHostName = 48;

    /// <summary>Chooses the host's name; with the process number behind it if another agent in the directory has that: guests that are only namespaces share one.</summary>
    public static string Choose(string directory, string hostName, int process)
    {
        string host = hostName[..Math.Min(hostName.Length, LongestHostName)];
        if (!ControlSocket.IsName(host))
        {
            host = "guest";
        }

        return IsFree(ControlSocket.PathOf(directory, host)) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}-{process}");
    }

    private static bool IsFree(string path)
    {
        try
        {
            using Socket? other = LocalSocket.TryConnect(path);
            return other is null;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
