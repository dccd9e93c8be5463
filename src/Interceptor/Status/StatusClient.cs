using System.Net.Sockets;
using System.Text;
using XenLoop.Discovery;
using XenLoop.Native;

namespace XenLoop.Interceptor.Status;

/// <summary>Asks a running agent for its report.</summary>
internal static class StatusClient
{
    private const int TimeoutMilliseconds = 5000;

    /// <summary>The report of one agent, as it is to be printed.</summary>
    /// <exception cref="GuestSetupException">No such agent, or it does not answer.</exception>
    public static string Ask(string directory, string name, StatusForm form)
    {
        string path = ControlSocket.PathOf(directory, name);
        using Socket socket = Connect(path, name);
        try
        {
            socket.ReceiveTimeout = TimeoutMilliseconds;
            socket.Send([(byte)form]);
            byte[] reply = ReceiveAll(socket);
            return reply is [.. byte[] text, StatusServer.EndOfReply]
                ? Encoding.UTF8.GetString(text)
                : throw Incomplete(name, null);
        }
        catch (SocketException error)
        {
            throw Incomplete(name, error);
        }
    }

    private static Socket Connect(string path, string name)
    {
        try
        {
            return LocalSocket.TryConnect(path)
                ?? throw new GuestSetupException($"No agent named '{name}' is running: nobody listens on {path}. Start it with: xenloop run --name {name}");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new GuestSetupException($"The agent's control socket {path} cannot be used: {FailureText.Of(error)}. Run as the user that runs the agent.", error);
        }
    }

    private static byte[] ReceiveAll(Socket socket)
    {
        var reply = new MemoryStream();
        byte[] part = new byte[4096];
        for (int length; (length = socket.Receive(part)) > 0;)
        {
            reply.Write(part, 0, length);
        }

        return reply.ToArray();
    }

    private static GuestSetupException Incomplete(string name, SocketException? error) =>
        new($"The agent '{name}' did not send a whole report; it may be stopping: try again. If it says so again, it may be of an older version than this program: restart it.", error!);
}
