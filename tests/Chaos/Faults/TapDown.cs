using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>Somebody switches the TAP off. The agent switches it on again by itself.</summary>
internal sealed class TapDown : Fault
{
    public override string Name => "tap-down";

    public override Wound Strike(Scene scene)
    {
        Guest victim = scene.AnyGuest();
        victim.Run("ip", "link", "set", scene.Colony[victim].Status().Tap, "down").Checked();
        return new Wound(LossBound.Rings, victim, victim.Name);
    }
}
