using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>VDE 2: a switch in user space, and a <c>vde_plug2tap</c> in each guest.</summary>
public sealed class VdePath : TunnelPath
{
    /// <summary>Builds it.</summary>
    public VdePath()
        : base("vde2")
    {
        try
        {
            string directory = Path.Combine(Host.Directory, "vde");
            BackgroundProcess vdeSwitch = Carry(Client, "vde_switch", "-s", directory, "--nostdin");
            Wait.Until(() => File.Exists(Path.Combine(directory, "ctl")), TimeSpan.FromSeconds(10), "vde_switch", () => vdeSwitch.Log);
            foreach (Guest guest in Host.Guests)
            {
                Carry(guest, "vde_plug2tap", "-s", directory, Device);
                Configure(guest);
            }

            WaitUntilOpen();
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
