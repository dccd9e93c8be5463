using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>An orderly end (SIGTERM) and a start a little later. Nothing may be lost.</summary>
internal sealed class AgentTerminated : Fault
{
    public override string Name => "agent-terminated";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        scene.Terminate(guest);
        int away = scene.Pass(0, 500);
        scene.Colony.Restart(guest);
        return new Wound(LossBound.Nothing, null, $"{guest.Name}, away for {away} ms");
    }
}
