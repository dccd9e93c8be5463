using XenLoop.Lab;

namespace XenLoop.Chaos;

/// <summary>What must be left when all agents have ended in good order: nothing.</summary>
internal static class Departure
{
    private const int OwnInterfaces = 2;

    /// <summary>Ends all, and looks for what they have left.</summary>
    /// <returns>What was found, in words.</returns>
    public static IReadOnlyList<string> Check(Scene scene)
    {
        List<string> broken = [];
        foreach (Guest guest in scene.Host.Guests)
        {
            try
            {
                scene.Terminate(guest);
            }
            catch (LabException error)
            {
                broken.Add(error.Message);
            }

            var left = Holdings.Read(guest, scene.Agent(guest).Id);
            string rules = guest.Run("iptables", "-w", "-t", "mangle", "-S").Checked().Output;
            if (left.Links != OwnInterfaces || left.Queues != 0 || rules.Contains("xenloop", StringComparison.OrdinalIgnoreCase))
            {
                broken.Add($"xenloop in guest {guest.Name} has ended and left something: {left}\n{rules}");
            }
        }

        scene.Colony.Announcer.Process.Send(Signal.Terminate);
        int code = scene.Colony.Announcer.Process.WaitForExit(Scene.Patience);
        string[] files = Directory.GetFileSystemEntries(scene.Host.Directory, "*.sock");
        if (code != 0 || files.Length > 0)
        {
            broken.Add($"the announcer ended with {code}; left in its directory: {string.Join(' ', files)}");
        }

        return broken;
    }
}
