using XenLoop.Interceptor.Guest;

namespace XenLoop.Interceptor.Tests.Guest;

public sealed class RepairPaceTests
{
    private const long Start = 1_000_000;

    private readonly RepairPace _pace = new();

    [Fact]
    public void Some_repairs_are_free_then_pauses_double_up_to_the_longest()
    {
        long now = Start;
        var pauses = new List<int>();
        for (int repair = 0; repair < RepairPace.FreeRepairs + 7; repair++)
        {
            pauses.Add(_pace.TakeRepair(now));
            Assert.Equal(now + pauses[^1], _pace.NotBefore);
            now = _pace.NotBefore + 1;
        }

        Assert.Equal([0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000], pauses);
    }

    [Fact]
    public void A_calm_time_ends_the_row()
    {
        for (int repair = 0; repair <= RepairPace.FreeRepairs; repair++)
        {
            _pace.TakeRepair(Start);
        }

        Assert.Equal(0, _pace.TakeRepair(_pace.NotBefore + RepairPace.Calm));
        Assert.Equal(0, _pace.TakeRepair(_pace.NotBefore));
    }

    [Fact]
    public void Repairs_that_are_far_apart_are_always_free()
    {
        for (int repair = 0; repair < 100; repair++)
        {
            Assert.Equal(0, _pace.TakeRepair(Start + (repair * (long)RepairPace.Calm)));
        }
    }
}
