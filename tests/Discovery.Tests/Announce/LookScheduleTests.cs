using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

public sealed class LookScheduleTests
{
    private static readonly DomainId Guest = new(1);
    private static readonly DomainId Other = new(2);

    [Fact]
    public void A_guests_own_changes_are_looked_at_a_few_times_at_once_and_then_once_a_second()
    {
        LookSchedule looks = new();
        int seen = 0;
        for (int millisecond = 0; millisecond < 20_000; millisecond++)
        {
            looks.Add(Guest);
            seen += looks.TakeDue(TimeSpan.FromMilliseconds(millisecond)).Count;
        }

        Assert.InRange(seen, 24, 26);
        Assert.NotNull(looks.Due());
    }

    [Fact]
    public void The_toolstacks_changes_are_looked_at_at_once_whatever_the_guest_does()
    {
        LookSchedule looks = new();
        for (int i = 0; i < 100; i++)
        {
            looks.Add(Guest);
            looks.AddUrgent(Guest);
            looks.AddUrgent(Other);
            Assert.True(looks.Due() <= TimeSpan.Zero);
            Assert.Equal([Guest, Other], looks.TakeDue(TimeSpan.Zero).Order());
        }
    }

    [Fact]
    public void A_domain_that_has_gone_leaves_no_debts()
    {
        LookSchedule looks = new();
        for (int i = 0; i < 10; i++)
        {
            looks.Add(Guest);
            looks.TakeDue(TimeSpan.Zero);
        }

        Assert.NotNull(looks.Due());
        looks.Forget(Guest);
        Assert.Null(looks.Due());
        looks.Add(Guest);
        Assert.Equal([Guest], looks.TakeDue(TimeSpan.Zero));
    }
}
