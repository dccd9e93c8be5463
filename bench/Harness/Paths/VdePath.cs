using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>VDE 2: a switch in user space, and a <c>vde_plug2tap</c> in each guest.</summary>
public sealed class VdePath : TunnelPath
{
    private readonly int _switch;

    /// <summary>Builds it.</summary>
    public VdePath()
        : base("vde2")
    {
        try
        {
            string directory = Path.Combine(Host.Directory, "vde");
            string number = directory + ".pid";

            // In the foreground it would take commands from its input, and end with it; it is killed with the guest.
            Client.Run("vde_switch", "--sock", directory, "--daemon", "--pidfile", number).Checked();
            Wait.Until(() => File.Exists(number) && File.ReadAllText(number).Trim().Length > 0, TimeSpan.FromSeconds(10), "vde_switch");
            _switch = int.Parse(File.ReadAllText(number), CultureInfo.InvariantCulture);
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

    /// <inheritdoc/>
    public override IReadOnlyList<int> Carriers => [_switch, .. base.Carriers];
}
