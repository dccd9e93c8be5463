namespace XenLoop.Discovery;

/// <summary>What one end of a channel accepts; exchanged in the handshake, unknown bits ignored.</summary>
[Flags]
public enum ChannelFeatures : uint
{
    /// <summary>Plain packets with complete checksums only.</summary>
    None = 0,

    /// <summary>Takes TCP super-packets (GSO) and partial checksums.</summary>
    SegmentationOffload = 1,
}
