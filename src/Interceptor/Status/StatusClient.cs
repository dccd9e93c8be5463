using System.Net.Sockets;
using System.Text.Json;
using XenLoop.Interceptor.Guest;

namespace XenLoop.Interceptor.Status;

/// <summary>Asks a running agent for its report.</summary>
internal static class StatusClient
{
    private const int TimeoutMilliseconds = 5000;

    /// <summary>The report of one agent.</summary>
    /// <exception cref="GuestSetupException">No such agent, or it does not answer.</exception>
    public static StatusReport Ask(string directory, string name)
    {
        string path = ControlSocket.PathOf(directory, name);
        try
        {
            using Socket socket = ControlSocket.TryConnect(path)
                ?? throw new GuestSetupException($"No agent named '{name}' is running: nobody listens on {path}. Start it with: xenloop run --name {name}");
            socket.ReceiveTimeout = TimeoutMilliseconds;
            using var stream = new NetworkStream(socket, ownsSocket: false);
            return JsonSerializer.Deserialize(stream, StatusJsonContext.Default.StatusReport)
                ?? throw new GuestSetupException($"The agent '{name}' sent an empty report.");
        }
        catch (SocketException error)
        {
            throw new GuestSetupException($"The agent's control socket {path} cannot be used: {error.Message}. Run as the user that runs the agent.", error);
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new GuestSetupException($"The agent '{name}' did not send a whole report; it may be stopping. Try again.", error);
        }
    }
}
