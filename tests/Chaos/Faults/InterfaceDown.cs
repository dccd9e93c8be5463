using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>The guest's interface goes down and up again: neither path leads to it meanwhile.</summary>
internal sealed class InterfaceDown : Fault
{
    public override string Name => "interface-down";

    public override Wound Strike(Scene scene)
    {
        Guest victim = scene.AnyGuest();
        victim.Namespace.Configure($"link set {Guest.Interface} down");
        int down = scene.Pass(20, 800);
        victim.Namespace.Configure($"link set {Guest.Interface} up");
        return new Wound(LossBound.Outage, victim, $"{victim.Name}, for {down} ms");
    }
}
