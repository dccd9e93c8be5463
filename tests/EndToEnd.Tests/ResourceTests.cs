using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What an agent costs the guest that it serves.</summary>
public sealed class ResourceTests(ConnectedPair pair) : IClassFixture<ConnectedPair>
{
    /// <summary>
    /// Bytes for each packet. The smallest object takes 24, so no packet has one; what is allocated serves the timers and
    /// the questions for the status.
    /// </summary>
    private const long MaximumAllocation = 8;
    private const long MaximumResident = 25_000_000;
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>Processor time of an idle process in that. The kernel counts in ticks of 10 ms: two of them are 0.4 %.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Ten_seconds_of_full_traffic_allocate_nothing_per_packet()
    {
        using var small = new UdpStream(pair.B, pair.A, Ports.Next(), length: 64, rate: 20_000);
        using var large = new TcpStream(pair.A, pair.B, Ports.Next());
        small.WaitForMore(1000, Limits.Transfer);
        large.WaitForMore(256 * Limits.MiB, Limits.Transfer);
        pair.WaitForFastPath(large);
        AgentStatus[] before = [.. pair.Host.Guests.Select(g => pair.Colony[g].Status())];

        // The time is the input of this test.
        Thread.Sleep(Load);
        AgentStatus[] after = [.. pair.Host.Guests.Select(g => pair.Colony[g].Status())];
        large.Complete(Limits.Transfer);
        small.Complete();

        for (int i = 0; i < before.Length; i++)
        {
            long packets = Carried(after[i]) - Carried(before[i]);
            long allocated = after[i].Process.AllocatedBytes - before[i].Process.AllocatedBytes;
            Assert.True(packets > 50_000, $"Only {packets} packets in {Load.TotalSeconds} s: this test proved nothing.");
            Assert.Equal(before[i].Process.GcCollections, after[i].Process.GcCollections);
            Assert.True(allocated < MaximumAllocation * packets, $"{allocated} bytes were allocated while {packets} packets passed.");
            Assert.InRange(ProcessUsage.Read(pair.Colony[pair.Host.Guests[i]].Process.Id).ResidentBytes, 1, MaximumResident);
        }
    }

    [Fact]
    public void An_idle_agent_uses_no_processor_time()
    {
        int[] processes = [.. pair.Host.Guests.Select(g => pair.Colony[g].Process.Id), pair.Colony.Announcer.Process.Id];
        TimeSpan most = TimeSpan.MaxValue;

        // What an idle process does each five seconds takes some milliseconds, on a machine that stands still for a moment more; one that spins does so each time.
        for (int attempt = 0; attempt < 3 && most > Allowed; attempt++)
        {
            TimeSpan[] before = [.. processes.Select(p => ProcessUsage.Read(p).ProcessorTime)];

            // The time is the input of this test.
            Thread.Sleep(Rest);
            most = processes.Select((process, i) => ProcessUsage.Read(process).ProcessorTime - before[i]).Max();
        }

        Assert.True(most <= Allowed, $"An idle process used {most.TotalMilliseconds} ms of {Rest.TotalSeconds} s, and hardly less in the rests before.");
    }

    private static long Carried(AgentStatus status) => status.Peers.Sum(p => p.Sent.Packets + p.Received.Packets);
}
