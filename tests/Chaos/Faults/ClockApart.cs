using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>
/// An agent is started anew in a time namespace whose monotonic clock is up to three years ahead of everybody else's. A jump under a
/// running process cannot be made: the kernel takes offsets only before the first process enters (time_namespaces(7)), and CLOCK_REALTIME, which
/// can be set, is the whole machine's.
/// </summary>
internal sealed class ClockApart : Fault
{
    private const int Days = 1000;
    private const int SecondsPerDay = 86400;

    public override string Name => "clock-apart";

    public override string? Obstacle => File.Exists("/proc/self/timens_offsets") ? null : "this kernel has no time namespaces";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        int days = scene.Random.Next(1, Days);
        string offset = (days * SecondsPerDay).ToString(CultureInfo.InvariantCulture);
        scene.Terminate(guest);
        scene.Colony.Restart(["unshare", "--time", "--monotonic", offset, "--boottime", offset], guest);
        string own = File.ReadAllText("/proc/self/timens_offsets");
        string moved = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{scene.Agent(guest).Id}/timens_offsets"));
        return moved == own
            ? throw new LabException("The agent's clock is not apart: unshare did not move it.")
            : new Wound(LossBound.Nothing, null, $"{guest.Name}, {days} days ahead");
    }
}
