using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>One thing a negotiator wants done; to be carried out in order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Nonce">The channel it is about; 0 for actions on nodes.</param>
/// <param name="Message">Publish: what to write.</param>
/// <param name="Offer">Map: what to map.</param>
/// <param name="PeerFeatures">Activate: what the peer accepts.</param>
/// <param name="Orderly">Release: exchange closing marks with the peer first.</param>
public readonly record struct NegotiatorAction(
    NegotiatorActionKind Kind,
    ulong Nonce = 0,
    HandshakeMessage? Message = null,
    ChannelOffer Offer = default,
    ChannelFeatures PeerFeatures = default,
    bool Orderly = false);
