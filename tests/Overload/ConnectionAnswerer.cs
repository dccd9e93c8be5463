using System.Globalization;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;

namespace XenLoop.Overload;

/// <summary>Sends back what comes on any number of TCP connections. In a process of its own, which has descriptors for as many as the one that opens them.</summary>
internal static class ConnectionAnswerer
{
    private const string Command = "answer";
    private const string Ready = "ready";
    private const int Backlog = 1024;
    private const int BufferBytes = 4096;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts it, and returns when it listens.</summary>
    public static BackgroundProcess Start(Guest guest, IEnumerable<int> ports)
    {
        BackgroundProcess process = guest.Start(
        [
            Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "XenLoop.Overload.dll"), Command,
            .. ports.Select(p => p.ToString(CultureInfo.InvariantCulture)),
        ]);
        Wait.Until(() => process.Log.Contains(Ready, StringComparison.Ordinal) || process.HasExited, s_patience, "the answering program to listen", () => process.Log);
        return process;
    }

    /// <summary>True if this process was started to be one; does not return then before it is killed.</summary>
    public static async Task<bool> RunAsync(string[] arguments)
    {
        if (arguments is not [Command, .. string[] ports])
        {
            return false;
        }

        Task[] listening = [.. ports.Select(p => ListenAsync(int.Parse(p, CultureInfo.InvariantCulture)))];
        Console.WriteLine(Ready);
        await Task.WhenAll(listening).ConfigureAwait(false);
        return true;
    }

    private static async Task ListenAsync(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(Backlog);
        while (true)
        {
            _ = AnswerAsync(await listener.AcceptAsync().ConfigureAwait(false));
        }
    }

    private static async Task AnswerAsync(Socket connection)
    {
        using (connection)
        {
            byte[] buffer = new byte[BufferBytes];
            try
            {
                for (int length; (length = await connection.ReceiveAsync(buffer).ConfigureAwait(false)) > 0;)
                {
                    await connection.SendAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                }
            }
            catch (SocketException)
            {
                // The other end was closed with RST: it has got its answer, or complains itself.
            }
        }
    }
}
