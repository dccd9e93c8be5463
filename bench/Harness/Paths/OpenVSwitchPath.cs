using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>Open vSwitch's user-space datapath in Dom0.</summary>
public sealed class OpenVSwitchPath : GuestPath
{
    private readonly OpenVSwitch _switch;

    /// <summary>Builds it.</summary>
    /// <param name="segmentationOffload">With its experimental segmentation offload (<c>userspace-tso-enable</c>).</param>
    public OpenVSwitchPath(bool segmentationOffload)
        : base(segmentationOffload ? "ovs-tso" : "ovs")
    {
        try
        {
            _switch = new OpenVSwitch(Host, segmentationOffload);
            WaitForPing();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Carriers => [_switch.ProcessId];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _switch?.Dispose();
        base.Dispose(disposing);
    }
}
