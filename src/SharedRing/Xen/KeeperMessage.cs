using System.Runtime.InteropServices;

namespace XenLoop.SharedRing.Xen;

/// <summary>One message from an agent to its keeper, 24 bytes; they are always the same program.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeeperMessage
{
    public const int Bytes = 24;

    public KeeperRequest Request;

    /// <summary><see cref="KeptPort.Id"/>.</summary>
    public uint Id;

    /// <summary>0: none yet.</summary>
    public uint Port;

    /// <summary>Who is at the port's other end.</summary>
    public uint Peer;

    /// <summary>0: the keeper has no life byte to clear.</summary>
    public uint DescriptorGrant;

    /// <summary>Not 0: never to be closed.</summary>
    public uint Stale;
}
