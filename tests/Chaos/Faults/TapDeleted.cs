using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>Somebody deletes the TAP. The agent cannot inject any more, ends, and is started again.</summary>
internal sealed class TapDeleted : Fault
{
    private const int Failure = 1;

    public override string Name => "tap-deleted";

    public override Wound Strike(Scene scene)
    {
        Guest victim = scene.AnyGuest();
        victim.Run("ip", "link", "delete", scene.Colony[victim].Status().Tap).Checked();
        scene.AwaitEnd(victim, Failure);
        scene.Colony.Restart(victim);
        return new Wound(LossBound.Rings, victim, victim.Name);
    }
}
