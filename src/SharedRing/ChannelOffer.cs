namespace XenLoop.SharedRing;

/// <summary>What a connector needs to reach a listener's pages: published to that one peer only, and hostile input to it.</summary>
/// <param name="DescriptorGrant">Grant reference of the channel's descriptor page.</param>
/// <param name="DoorbellPort">The listener's unbound event channel port.</param>
public readonly record struct ChannelOffer(uint DescriptorGrant, uint DoorbellPort);
