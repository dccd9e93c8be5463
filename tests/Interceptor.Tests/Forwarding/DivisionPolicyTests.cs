using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class DivisionPolicyTests
{
    /// <summary>Policies look at a port's counters and at nothing else of it.</summary>
    private readonly List<PeerPort> _ports = [new(new DomainId(2), queue: null!)];
    private readonly DivisionPolicy _policy = new();

    [Theory]
    [InlineData(1, 1000, false)]
    [InlineData(2, 24 * 1024, false)]
    [InlineData(4, 4000, true)] // many packets
    [InlineData(1, 30_000, true)] // many bytes
    [InlineData(0, 0, false)]
    public void Streams_are_divided(int packets, int bytes, bool divided)
    {
        Run(DivisionPolicy.WindowTurns, turns: 1, packets, bytes);
        Assert.Equal(divided, _policy.Divide);
    }

    /// <summary>A turn that finds the answer at once does the work of two; what is no stream in two turns is none in one.</summary>
    [Theory]
    [InlineData(4, 32 * 1024, false)]
    [InlineData(7, 7000, true)]
    [InlineData(2, 60_000, true)]
    public void Turns_that_found_an_answer_count_twice(int packets, int bytes, bool divided)
    {
        Run(DivisionPolicy.WindowTurns / 2, turns: 2, packets, bytes);
        Assert.Equal(divided, _policy.Divide);
    }

    [Fact]
    public void The_end_of_a_stream_ends_the_division()
    {
        Run(DivisionPolicy.WindowTurns, turns: 1, packets: 10, bytes: 300_000);
        Assert.True(_policy.Divide);
        Run(DivisionPolicy.WindowTurns, turns: 1, packets: 1, bytes: 100);
        Assert.False(_policy.Divide);
    }

    /// <summary>Passes one window of equal rounds, in which so much is sent and received together.</summary>
    private void Run(int rounds, int turns, int packets, int bytes)
    {
        for (int i = 1; i <= rounds; i++)
        {
            _ports[0].Counters.SentPackets += (ulong)packets;
            _ports[0].Counters.ReceivedBytes += (ulong)bytes;
            Assert.Equal(i == rounds, _policy.TakeTurns(turns, _ports));
        }
    }
}
