using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>No log line can be written (ENOSPC), from the agent's start on.</summary>
internal sealed class LogDiskFull : Fault
{
    public override string Name => "log-disk-full";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        scene.Terminate(guest);
        scene.Colony.Restart(["sh", "-c", "exec \"$@\" >/dev/full 2>&1", "sh"], guest);
        return new Wound(LossBound.Nothing, null, guest.Name);
    }
}
