using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Discovery;
using XenLoop.Interceptor;
using XenLoop.Interceptor.Status;

namespace XenLoop.Fuzz.Targets;

/// <summary>The control socket, from both sides: what a stranger sends to the agent, and what a stranger in the agent's place answers to <c>xenloop status</c>. Bit 0 of the first byte says which.</summary>
internal sealed class StatusTarget : FuzzTarget
{
    private const string Agent = "agent";
    private const string Impostor = "impostor";

    private readonly string _directory = Directory.CreateTempSubdirectory("xenloop-fuzz-").FullName;
    private readonly StatusServer _server;
    private readonly Socket _impostor;
    private int _reports;

    public StatusTarget()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_directory, recursive: true);
        _server = StatusServer.Listen(ControlSocket.PathOf(_directory, Agent), Report, NullLogger.Instance);
        _ = Task.Run(() => _server.RunAsync(CancellationToken.None));
        _impostor = LocalSocket.Listen(ControlSocket.PathOf(_directory, Impostor), backlog: 1);
    }

    public override string Name => "status";

    public override int LongestInput => 256;

    public override bool UsesThreads => true;

    public override IEnumerable<byte[]> Seeds() => [[0, (byte)StatusForm.Json], [0, (byte)StatusForm.Text], [0, (byte)StatusForm.Verdict], [0], [1, .. "text"u8, StatusServer.EndOfReply]];

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        byte[] bytes = input[1..].ToArray();
        if ((input[0] & 1) == 0)
        {
            Ask(bytes);
        }
        else
        {
            Answer(bytes);
        }
    }

    private StatusReport Report()
    {
        _reports++;
        return new StatusReport(
            "1", "web", 1, "local", "eth0", "xl0", Offload: true, 1, new AnnouncerReport(Alive: true, 1, StoreConnected: true), new ProcessReport(1, 1, 1, 1), new RulesReport("nft", "plain", ""), [], []);
    }

    private void Ask(byte[] request)
    {
        int before = _reports;
        using (Socket socket = LocalSocket.TryConnect(ControlSocket.PathOf(_directory, Agent))!)
        {
            if (request.Length > 0)
            {
                socket.Send(request);
            }

            socket.Shutdown(SocketShutdown.Send);
            byte[] reply = new byte[64];
            int length = Drain(socket, reply);
            bool wanted = request.Length > 0 && (StatusForm)request[0] is StatusForm.Json or StatusForm.Text or StatusForm.Verdict;
            InvariantException.Unless(request.Length == 0 || length > 0 == wanted, $"{length} bytes in reply, asked for or not: {wanted}.");
        }

        // One request, one report, and the next client is served.
        InvariantException.Unless(_reports - before <= 1, "Several reports for one request.");
        InvariantException.Unless(StatusClient.Ask(_directory, Agent, StatusForm.Json).StartsWith('{'), "The agent answers no more.");
    }

    private void Answer(byte[] reply)
    {
        Task<string> asking = Task.Run(() => StatusClient.Ask(_directory, Impostor, StatusForm.Text));
        using (Socket client = _impostor.Accept())
        {
            client.Send(reply);
        }

        try
        {
            asking.GetAwaiter().GetResult();
        }
        catch (GuestSetupException)
        {
            // No whole report.
        }
    }

    private static int Drain(Socket socket, byte[] buffer)
    {
        int total = 0;
        try
        {
            for (int length; (length = socket.Receive(buffer)) > 0;)
            {
                total += length;
            }
        }
        catch (SocketException)
        {
            // Closed with unread bytes of ours: reset.
        }

        return total;
    }
}
