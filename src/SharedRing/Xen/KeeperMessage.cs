using System.Runtime.InteropServices;

namespace XenLoop.SharedRing.Xen;

/// <summary>One message from an agent to its keeper, 24 bytes; they are always the same program.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeeperMessage
{
    public const int Bytes = 24;

    public KeeperRequest Request;

    /// <summary>Names the port to the keeper: <see cref="KeptPort.Id"/>.</summary>
    public uint Id;

    /// <summary>The local port; 0: none yet.</summary>
    public uint Port;

    /// <summary>Number of the domain at the port's other end.</summary>
    public uint Peer;

    /// <summary>Grant of the page with the agent's life byte; 0: the keeper has none to clear.</summary>
    public uint DescriptorGrant;

    /// <summary>Not 0: the device is never to be closed.</summary>
    public uint Stale;
}
