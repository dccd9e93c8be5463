using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary><c>kill -9</c> of the announcer, and with it of the local store; another is started a little later.</summary>
internal sealed class AnnouncerKilled : Fault
{
    public override string Name => "announcer-killed";

    public override Wound Strike(Scene scene)
    {
        scene.Colony.Announcer.Process.Send(Signal.Kill);
        scene.Colony.Announcer.Process.WaitForExit(Scene.Patience);
        int away = scene.Pass(0, 1500);
        scene.Colony.RestartAnnouncer();
        return new Wound(LossBound.Nothing, null, $"away for {away} ms");
    }
}
