using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>An open event channel device of this process, of which the keeper has a copy.</summary>
/// <param name="id">Names it to the keeper.</param>
/// <param name="device">The device; owned.</param>
internal sealed class KeptPort(uint id, FileDescriptor device)
{
    public uint Id => id;

    public FileDescriptor Device => device;

    /// <summary>The port bound on the device; 0 before that.</summary>
    public uint Port { get; set; }

    /// <summary>The domain at the port's other end.</summary>
    public DomainId Peer { get; set; }

    /// <summary>Grant of the page with our life byte, which the keeper clears if we die; 0 where the kernel does it.</summary>
    public uint DescriptorGrant { get; set; }

    /// <summary>True if the port belongs to a domain that was saved: the device must stay open somewhere forever.</summary>
    public bool Stale { get; set; }
}
