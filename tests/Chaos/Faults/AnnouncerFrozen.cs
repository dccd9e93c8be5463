using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>The store answers nobody for a while, and an agent ends in that time.</summary>
internal sealed class AnnouncerFrozen : Fault
{
    public override string Name => "store-late";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        scene.Colony.Announcer.Process.Send(Signal.Stop);
        int frozen = scene.Pass(50, 1500);
        scene.Terminate(guest);
        scene.Colony.Announcer.Process.Send(Signal.Continue);
        scene.Colony.Restart(guest);
        return new Wound(LossBound.Nothing, null, $"{frozen} ms, {guest.Name} ends meanwhile");
    }
}
