using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload.Scenarios;

/// <summary>Thousands of TCP connections at once: all are opened, all send before any is read, all bytes come back and are compared.</summary>
internal sealed class ManyConnections : Scenario
{
    private const int Length = 4096;

    /// <summary>The server's ports: each has the client's whole range of ephemeral ports.</summary>
    private const int Listeners = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string Name => "many-connections";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        Limits.RaiseDescriptors(3 * stage.Flows);
        foreach (Machine machine in stage.InTurn())
        {
            Run(stage, findings, machine);
        }
    }

    private static void Run(Stage stage, Findings findings, Machine machine)
    {
        (Guest from, Guest to) = (machine["a"], machine["b"]);
        ulong seed = (ulong)stage.Random.NextInt64();
        PeerStatus? before = machine.Colony is null ? null : machine.Status(from, to);
        List<Socket> opened = [];
        try
        {
            long start = Stopwatch.GetTimestamp();
            (Socket Client, Socket Server)[] flows = Open(stage, from, to, opened);
            findings.Add($"{flows.Length} connections: open all", "ms", machine.Path, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            Exchange(flows, f => (f.Client, f.Server), seed);
            Exchange(flows, f => (f.Server, f.Client), seed + 1);
            findings.Add($"{flows.Length} connections: 4 KB each way on all, compared", "ms", machine.Path, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            stage.AskAgents(machine, findings);
            if (before is not null)
            {
                long carried = machine.Status(from, to).Sent.Bytes - before.Sent.Bytes;
                findings.Demand(carried >= (long)flows.Length * Length, $"only {carried} bytes of {flows.Length} connections took the fast path");
            }
        }
        finally
        {
            // With RST: thousands of connections in TIME_WAIT would be a load of their own for whoever is measured next.
            opened.ForEach(s => s.Close(timeout: 0));
        }
    }

    private static (Socket Client, Socket Server)[] Open(Stage stage, Guest from, Guest to, List<Socket> opened)
    {
        int[] ports = [.. Enumerable.Range(0, Listeners).Select(_ => stage.NextPort())];
        Socket[] listeners = [.. ports.Select(p => GuestSockets.ListenTcp(to, p))];
        opened.AddRange(listeners);
        Socket[] clients = from.Namespace.Enter<Socket[]>(() => [.. Enumerable.Range(0, stage.Flows).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))]);
        opened.AddRange(clients);
        var flows = new (Socket, Socket)[clients.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i].Connect(new IPEndPoint(to.Address, ports[i % Listeners]));
            Socket server = listeners[i % Listeners].Accept();
            opened.Add(server);
            flows[i] = (clients[i], server);
        }

        foreach (Socket socket in opened)
        {
            socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        }

        return flows;
    }

    private static void Exchange((Socket Client, Socket Server)[] flows, Func<(Socket Client, Socket Server), (Socket From, Socket To)> direction, ulong seed)
    {
        byte[] content = new byte[Length];
        for (int i = 0; i < flows.Length; i++)
        {
            TestPattern.Fill(content, seed + (ulong)i, 0);
            direction(flows[i]).From.Send(content);
        }

        for (int i = 0; i < flows.Length; i++)
        {
            Socket socket = direction(flows[i]).To;
            for (int filled = 0; filled < Length;)
            {
                int length = socket.Receive(content, filled, Length - filled, SocketFlags.None);
                filled += length > 0 ? length : throw new LabException($"Connection {i} ended after {filled} of {Length} bytes.");
            }

            if (TestPattern.FirstDifference(content, seed + (ulong)i, 0) is >= 0 and int wrong)
            {
                throw new LabException($"Byte {wrong} of connection {i} is not what was sent.");
            }
        }
    }
}
