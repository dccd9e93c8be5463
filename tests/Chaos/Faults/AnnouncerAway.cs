using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>The announcer dies, and while it and its store are away an agent is started anew.</summary>
internal sealed class AnnouncerAway : Fault
{
    public override string Name => "store-gone";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        scene.Colony.Announcer.Process.Send(Signal.Kill);
        scene.Colony.Announcer.Process.WaitForExit(Scene.Patience);
        scene.Terminate(guest);
        scene.Colony.Restart(guest);
        int away = scene.Pass(0, 1500);
        scene.Colony.RestartAnnouncer();
        return new Wound(LossBound.Nothing, null, $"{away} ms, {guest.Name} starts meanwhile");
    }
}
