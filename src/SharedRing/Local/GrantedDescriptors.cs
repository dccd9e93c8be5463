namespace XenLoop.SharedRing.Local;

/// <summary>The order in which a channel's descriptors travel from the offering end through the broker to the mapping end.</summary>
internal static class GrantedDescriptors
{
    /// <summary>Place of the sealed memory file with the descriptor page and both rings.</summary>
    public const int Pages = 0;

    /// <summary>Place of the read end of the mapper's inbound doorbell pipe.</summary>
    public const int InboundDoorbell = 1;

    /// <summary>Place of the write end of the mapper's outbound doorbell pipe.</summary>
    public const int OutboundDoorbell = 2;

    /// <summary>How many descriptors a channel has.</summary>
    public const int Count = 3;
}
