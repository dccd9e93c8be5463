using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>An agent may open no more descriptors, and in that time a peer starts anew and wants a channel.</summary>
internal sealed class OutOfDescriptors : Fault
{
    public override string Name => "out-of-descriptors";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        Guest peer = scene.AnyOther(guest);
        int agent = scene.Agent(guest).Id;
        int highest = Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{agent}/fd")).Max(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture));
        int spare = scene.Random.Next(6);
        string old = Limit(agent);
        SetLimit(agent, string.Create(CultureInfo.InvariantCulture, $"{highest + 1 + spare}"));
        scene.Terminate(peer);
        scene.Colony.Restart(peer);
        int want = scene.Pass(500, 3000);
        SetLimit(agent, old);
        return new Wound(LossBound.Nothing, null, $"{guest.Name}, {spare} left, {want} ms; {peer.Name} starts");
    }

    private static string Limit(int process) =>
        Command.Run(["prlimit", "--pid", process.ToString(CultureInfo.InvariantCulture), "--nofile", "--output", "SOFT", "--noheadings"]).Checked().Output.Trim();

    private static void SetLimit(int process, string soft) =>
        Command.Run(["prlimit", "--pid", process.ToString(CultureInfo.InvariantCulture), $"--nofile={soft}:"]).Checked();
}
