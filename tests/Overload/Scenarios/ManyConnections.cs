using System.Diagnostics;
using System.Globalization;
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

    /// <summary>Ports that are listened at: with each a client has its whole range of ephemeral ports.</summary>
    private const int Listeners = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string Name => "many-connections";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
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
        int[] ports = [.. Enumerable.Range(0, Listeners).Select(_ => stage.NextPort())];
        using BackgroundProcess answerer = ConnectionAnswerer.Start(to, ports);
        Socket[] connections = from.Namespace.Enter<Socket[]>(() => [.. Enumerable.Range(0, stage.Flows).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))]);
        try
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < connections.Length; i++)
            {
                connections[i].ReceiveTimeout = (int)s_patience.TotalMilliseconds;
                connections[i].Connect(new IPEndPoint(to.Address, ports[i % Listeners]));
            }

            findings.Add($"{connections.Length} connections: open all", "ms", machine.Path, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            Exchange(connections, seed);
            findings.Add($"{connections.Length} connections: 4 KB there and back on all, compared", "ms", machine.Path, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            stage.AskAgents(machine, findings);
            if (before is not null)
            {
                // All at once they are more than a queue holds; the kernel lets the rest pass.
                long carried = machine.Status(from, to).Sent.Bytes - before.Sent.Bytes;
                findings.Add($"{connections.Length} connections: by the fast path", "% of the content", machine.Path, 100.0 * carried / connections.Length / Length);
                findings.Demand(carried >= (long)connections.Length * Length / 2, string.Create(CultureInfo.InvariantCulture, $"only {carried} bytes of {connections.Length} connections took the fast path"));
            }
        }
        finally
        {
            // With RST: thousands of connections in TIME_WAIT would be a load of their own for whoever is measured next.
            Array.ForEach(connections, c => c.Close(timeout: 0));
        }
    }

    private static void Exchange(Socket[] connections, ulong seed)
    {
        byte[] content = new byte[Length];
        for (int i = 0; i < connections.Length; i++)
        {
            TestPattern.Fill(content, seed + (ulong)i, 0);
            connections[i].Send(content);
        }

        for (int i = 0; i < connections.Length; i++)
        {
            for (int filled = 0; filled < Length;)
            {
                int length = connections[i].Receive(content, filled, Length - filled, SocketFlags.None);
                filled += length > 0 ? length : throw new LabException($"Connection {i} ended after {filled} of {Length} bytes.");
            }

            if (TestPattern.FirstDifference(content, seed + (ulong)i, 0) is >= 0 and int wrong)
            {
                throw new LabException($"Byte {wrong} of connection {i} is not what was sent.");
            }
        }
    }
}
