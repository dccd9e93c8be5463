using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>SIGSTOP and SIGCONT: as when a guest gets no processor, or a debugger is attached. Nothing may be lost, what waited comes late.</summary>
internal sealed class AgentFrozen : Fault
{
    public override string Name => "agent-frozen";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        scene.Agent(guest).Send(Signal.Stop);
        int frozen = scene.Pass(50, 3000);
        scene.Agent(guest).Send(Signal.Continue);
        return new Wound(LossBound.Nothing, null, $"{guest.Name}, for {frozen} ms");
    }
}
