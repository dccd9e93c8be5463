using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary><c>kill -9</c> of an agent; another is started a little later.</summary>
internal sealed class AgentKilled : Fault
{
    private const int KilledBySignal = 128 + (int)Signal.Kill;

    public override string Name => "agent-killed";

    public override Wound Strike(Scene scene)
    {
        Guest victim = scene.AnyGuest();
        scene.Agent(victim).Send(Signal.Kill);
        scene.AwaitEnd(victim, KilledBySignal);
        int away = scene.Pass(0, 500);
        scene.Colony.Restart(victim);
        return new Wound(LossBound.Rings, victim, $"{victim.Name}, away for {away} ms");
    }
}
