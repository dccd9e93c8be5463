using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>An open event channel device of this process, of which the keeper has a copy.</summary>
/// <param name="id">Names it to the keeper.</param>
/// <param name="device">The device; owned.</param>
internal sealed class KeptPort(uint id, FileDescriptor device)
{
    public uint Id => id;

    public FileDescriptor Device => device;

    /// <summary>The port bound on the device; 0 before.</summary>
    public uint Port { get; set; }

    /// <summary>Who is at its other end.</summary>
    public DomainId Peer { get; set; }

    /// <summary>Grant of the page with our life byte, which the keeper clears if we die; 0 where the kernel does it.</summary>
    public uint DescriptorGrant { get; set; }

    /// <summary>The port belongs to a domain that was saved: the device must stay open somewhere for ever.</summary>
    public bool Stale { get; set; }
}
