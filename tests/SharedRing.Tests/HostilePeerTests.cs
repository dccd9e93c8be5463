using XenLoop.Native;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Tests.Hostile;

namespace XenLoop.SharedRing.Tests;

/// <summary>
/// A peer that scribbles over everything it can write, at every point of an exchange. It may end the exchange or forge records; it
/// may not make us read or write outside of the mapping, see an impossible length, throw, or go on after a violation.
/// </summary>
public unsafe class HostilePeerTests
{
    private const ulong Nonce = 77;

    public static TheoryData<ChannelRole, int, int> Exchanges => new()
    {
        { ChannelRole.Listener, 4096, 120_000 },
        { ChannelRole.Connector, 4096, 120_000 },
        { ChannelRole.Listener, 262_144, 6_000 },
        { ChannelRole.Connector, 262_144, 6_000 },
    };

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void ScribblingBetweenTheStepsGainsNothing(ChannelRole role, int ringBytes, int exchanges)
    {
        int seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        (MappedLink ours, MappedLink peers) = Map(ringBytes);
        using (ours)
        using (peers)
        {
            long violations = 0;
            long forged = 0;
            for (int exchange = 0; exchange < exchanges; exchange++)
            {
                Random random = new(seed + exchange);
                try
                {
                    Victim victim = Run(role, ours, peers, random);
                    violations += victim.Violated ? 1 : 0;
                    forged += victim.Read;
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"Seed {seed + exchange}, {role}, {ringBytes} bytes.", e);
                }
            }

            TestContext.Current.SendDiagnosticMessage($"{exchanges} exchanges: {violations} ended in a violation, {forged} records read");
            Assert.InRange(violations, exchanges / 4, exchanges);
            Assert.True(forged > exchanges, "The attack never lets a record through: it tests nothing but the first check.");
        }
    }

    [Theory]
    [InlineData(ChannelRole.Listener)]
    [InlineData(ChannelRole.Connector)]
    public void ScribblingDuringTheStepsGainsNothing(ChannelRole role)
    {
        const int rounds = 1000;
        int seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        (MappedLink ours, MappedLink peers) = Map(4096);
        using (ours)
        using (peers)
        {
            bool done = false;
            Thread attacker = new(() =>
            {
                Scribbler scribbler = new(peers, new Random(seed));
                while (!Volatile.Read(ref done))
                {
                    scribbler.Strike();
                }
            });
            attacker.Start();
            try
            {
                Random random = new(seed + 1);
                for (int round = 0; round < rounds; round++)
                {
                    Victim victim = new(Open(role, ours), random);
                    for (int step = 0; step < 2000 && !victim.Violated; step++)
                    {
                        victim.Act();
                    }
                }
            }
            finally
            {
                Volatile.Write(ref done, true);
                attacker.Join();
            }
        }
    }

    [Theory]
    [InlineData(1u, RingViolation.IndexMisaligned)]
    [InlineData(4104u, RingViolation.IndexOutOfRange)]
    [InlineData(0x8000_0000u, RingViolation.IndexOutOfRange)]
    [InlineData(0xFFFF_FFF8u, RingViolation.IndexOutOfRange)]
    public void AnImpossibleProducedIndexIsNamed(uint produced, RingViolation violation)
    {
        using RingFixture ring = new(4096);
        *ring.Shared.Produced = produced;
        Assert.Equal(RingStatus.Violation, ring.Peek());
        Assert.Equal(violation, ring.Consumer.Violation);
        *ring.Shared.Produced = 16;
        Assert.Equal(RingStatus.Violation, ring.Peek());
        Assert.False(ring.Consumer.PrepareToWaitForData());
        Assert.False(ring.Consumer.ProducerClosed);
    }

    [Fact]
    public void AProducedIndexThatMovesBackIsNamed()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.TryWrite(8, 2);
        ring.Producer.Publish();
        ring.Expect(8, 1);
        ring.Expect(8, 2);
        *ring.Shared.Produced = 16;
        Assert.Equal(RingStatus.Violation, ring.Peek());
        Assert.Equal(RingViolation.IndexMovedBack, ring.Consumer.Violation);
    }

    [Theory]
    [InlineData(1u, RingViolation.IndexMisaligned)]
    [InlineData(24u, RingViolation.IndexOutOfRange)]
    [InlineData(0xFFFF_FFF8u, RingViolation.IndexMovedBack)]
    public void AnImpossibleConsumedIndexIsNamed(uint consumed, RingViolation violation)
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.Producer.Publish();
        *ring.Shared.Consumed = consumed;
        ring.Producer.Used();
        Assert.Equal(violation, ring.Producer.Violation);
        *ring.Shared.Consumed = 16;
        Assert.False(ring.TryWrite(1, 1));
        Assert.False(ring.Producer.PrepareToWaitForSpace(8));
        Assert.Equal(4096, ring.Producer.Used());
    }

    [Fact]
    public void UnpublishedRecordsCannotBeConsumed()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        *ring.Shared.Consumed = 16;
        ring.Producer.Used();
        Assert.Equal(RingViolation.IndexOutOfRange, ring.Producer.Violation);
    }

    [Theory]
    [InlineData(0u, RingViolation.RecordLength)]
    [InlineData(4089u, RingViolation.RecordLength)]
    [InlineData(0x1_0008u, RingViolation.RecordLength)]
    [InlineData(uint.MaxValue, RingViolation.RecordLength)]
    [InlineData(uint.MaxValue - 7, RingViolation.RecordLength)]
    [InlineData(9u, RingViolation.RecordUnpublished)]
    [InlineData(4088u, RingViolation.RecordUnpublished)]
    public void AnImpossibleLengthIsNamed(uint length, RingViolation violation)
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.Producer.Publish();
        BitConverter.TryWriteBytes(ring.Data, length);
        Assert.Equal(RingStatus.Violation, ring.Peek());
        Assert.Equal(violation, ring.Consumer.Violation);
        ring.Consumer.Advance();
        Assert.False(ring.Consumer.Release());
    }

    [Fact]
    public void LengthsAreNotReadAgain()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.TryWrite(8, 2);
        ring.Producer.Publish();
        Assert.Equal(RingStatus.Ready, ring.Consumer.TryRead(out _, out int length, out _));
        BitConverter.TryWriteBytes(ring.Data, 2000u);
        ring.Consumer.Advance();
        Assert.Equal(8, length);
        ring.Expect(8, 2);
    }

    private static Victim Run(ChannelRole role, MappedLink ours, MappedLink peers, Random random)
    {
        Victim victim = new(Open(role, ours), random);

        // An honest peer's end keeps the exchange going until something is scribbled over, and often beyond.
        Victim accomplice = new(Open(role == ChannelRole.Listener ? ChannelRole.Connector : ChannelRole.Listener, peers, clear: false), random);
        Scribbler scribbler = new(peers, random);
        int steps = random.Next(20, 120);
        int calm = random.Next(60);
        for (int step = 0; step < steps; step++)
        {
            victim.Act();
            if (!accomplice.Violated)
            {
                accomplice.Act();
            }

            if (step > calm && random.Next(4) == 0)
            {
                scribbler.Strike();
            }
        }

        return victim;
    }

    private static Channel Open(ChannelRole role, MappedLink link, bool clear = true)
    {
        if (clear)
        {
            link.Clear();
        }

        if (role == ChannelRole.Listener)
        {
            return Channel.Listen(link, Nonce);
        }

        while (true)
        {
            // The attacker may be at work already: write what a listener would until it is accepted as such.
            Channel.Listen(link, Nonce);
            try
            {
                return Channel.Connect(link, Nonce);
            }
            catch (ChannelPlatformException)
            {
                continue;
            }
        }
    }

    private static (MappedLink Ours, MappedLink Peers) Map(int ringBytes)
    {
        using FileDescriptor file = SharedPages.Create(ringBytes);
        return (new MappedLink(new MappedPages(file, ringBytes), ringBytes), new MappedLink(new MappedPages(file, ringBytes), ringBytes));
    }
}
