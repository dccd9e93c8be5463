using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>An agent is started in a memory cgroup that is too small for it, and the kernel kills it at some moment; then one without limit.</summary>
internal sealed class OutOfMemory : Fault
{
    private const int KilledBySignal = 128 + (int)Signal.Kill;
    private const int LeastBytes = 1 << 20;
    private const int MostBytes = 7 << 20;
    private const string Root = "/sys/fs/cgroup/memory";
    private static readonly TimeSpan s_survival = TimeSpan.FromSeconds(3);

    public override string Name => "out-of-memory";

    public override string? Obstacle => File.Exists(Path.Combine(Root, "memory.limit_in_bytes")) ? null : "no memory cgroup (version 1) can be made here";

    public override Wound Strike(Scene scene)
    {
        Guest victim = scene.AnyGuest();
        int limit = scene.Random.Next(LeastBytes, MostBytes);
        string group = Directory.CreateDirectory(Path.Combine(Root, scene.Host.Prefix)).FullName;
        try
        {
            SetLimit(group, limit);
            scene.Terminate(victim);
            bool killed = Starve(scene, victim, group);
            scene.Colony.Restart(victim);
            return new Wound(LossBound.Rings, victim, $"{victim.Name}, {limit >> 10} KB, {(killed ? "killed" : "survived")}");
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    private static void SetLimit(string group, int bytes) =>
        File.WriteAllText(Path.Combine(group, "memory.limit_in_bytes"), bytes.ToString(CultureInfo.InvariantCulture));

    private static bool Starve(Scene scene, Guest victim, string group)
    {
        try
        {
            // "ip netns exec" hides the cgroups behind a /sys of its own, in a mount namespace of its own.
            string mount = Directory.CreateDirectory(Path.Combine(scene.Host.Directory, "cgroup")).FullName;
            scene.Colony.Restart(["sh", "-c", $"mount -t cgroup -o memory none {mount} && echo $$ >{mount}/{Path.GetFileName(group)}/cgroup.procs && exec \"$@\"", "sh"], victim);
            Wait.Until(() => scene.Agent(victim).HasExited, s_survival, "the kernel to kill it");
        }
        catch (LabException) when (!scene.Agent(victim).HasExited)
        {
            SetLimit(group, -1);
            scene.Terminate(victim);
            return false;
        }
        catch (LabException)
        {
            // It was killed before it was ready.
        }

        scene.AwaitEnd(victim, KilledBySignal);
        return true;
    }
}
