using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

public sealed class BackOffMemoryTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    private readonly BackOffMemory _memory = new();

    [Fact]
    public void A_violators_pause_is_handed_back_once_and_an_ordinary_one_is_not_kept()
    {
        BackOff failed = new(new AgentOptions());
        failed.Failed(Start);
        _memory.Keep(new DomainId(1), failed, Start);
        Assert.Null(_memory.Take(new DomainId(1), Start));

        BackOff violated = Violator(Start);
        _memory.Keep(new DomainId(1), violated, Start);
        Assert.Null(_memory.Take(new DomainId(2), Start));
        Assert.Same(violated, _memory.Take(new DomainId(1), Start));
        Assert.Null(_memory.Take(new DomainId(1), Start));
    }

    [Fact]
    public void What_is_long_ago_does_not_count()
    {
        BackOff violated = Violator(Start);
        _memory.Keep(new DomainId(1), violated, Start);
        Assert.Null(_memory.Take(new DomainId(1), violated.Until + new AgentOptions().ViolationBackOffMaximum));
    }

    [Fact]
    public void Of_too_many_the_one_goes_that_ends_soonest()
    {
        const int Soonest = 100;
        for (int i = 1; i <= BackOffMemory.Capacity + 1; i++)
        {
            TimeSpan when = i == Soonest ? Start : Start + TimeSpan.FromSeconds(i);
            _memory.Keep(new DomainId((ushort)i), Violator(when), Start);
        }

        for (int i = 1; i <= BackOffMemory.Capacity + 1; i++)
        {
            Assert.Equal(i != Soonest, _memory.Take(new DomainId((ushort)i), Start) is not null);
        }
    }

    private static BackOff Violator(TimeSpan when)
    {
        BackOff pause = new(new AgentOptions());
        pause.Violated(when);
        return pause;
    }
}
