using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload.Scenarios;

/// <summary>Thousands of UDP sockets, each with an address and port of its own: all ask before any looks for its answer.</summary>
internal sealed class ManyDatagramFlows : Scenario
{
    private const int Length = 200;
    private const int Rounds = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Name => "many-udp-flows";

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
        int port = stage.NextPort();
        PeerStatus? before = machine.Colony is null ? null : machine.Status(from, to);
        using var answerer = new UdpAnswerer(to, port);
        Socket[] sockets = from.Namespace.Enter<Socket[]>(() => [.. Enumerable.Range(0, stage.Flows).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))]);
        try
        {
            Array.ForEach(sockets, s => s.Connect(new IPEndPoint(to.Address, port)));
            long start = Stopwatch.GetTimestamp();
            long lost = 0;
            for (int round = 0; round < Rounds; round++)
            {
                lost += Exchange(sockets, seed + (ulong)(round * sockets.Length));
            }

            long exchanges = (long)Rounds * sockets.Length;
            findings.Add($"{sockets.Length} flows: {exchanges} questions and answers, compared", "ms", machine.Path, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            findings.Add($"{sockets.Length} flows: lost", $"of {exchanges}", machine.Path, lost);
            stage.AskAgents(machine, findings);
            if (before is not null)
            {
                PeerStatus after = machine.Status(from, to);
                findings.Demand(lost <= Standard(after) - Standard(before), $"{lost} of {exchanges} datagrams were lost, more than took the standard path");
                findings.Demand(after.Sent.Packets - before.Sent.Packets >= exchanges / 2, $"only {after.Sent.Packets - before.Sent.Packets} of {exchanges} datagrams took the fast path");
            }
        }
        finally
        {
            Array.ForEach(sockets, s => s.Dispose());
        }
    }

    private static long Standard(PeerStatus status) => status.Accepted.Values.Sum();

    /// <returns>How many got no answer.</returns>
    private static long Exchange(Socket[] sockets, ulong seed)
    {
        byte[] content = new byte[Length];
        for (int i = 0; i < sockets.Length; i++)
        {
            TestPattern.Fill(content, seed + (ulong)i, 0);
            sockets[i].Send(content);
        }

        int lost = 0;
        for (int i = 0; i < sockets.Length; i++)
        {
            if (!sockets[i].Poll(s_patience, SelectMode.SelectRead))
            {
                lost++;
            }
            else if (sockets[i].Receive(content) != Length || TestPattern.FirstDifference(content, seed + (ulong)i, 0) >= 0)
            {
                throw new LabException($"What came back to socket {i} is not what it sent.");
            }
        }

        return lost;
    }
}
