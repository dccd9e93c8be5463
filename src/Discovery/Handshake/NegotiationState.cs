namespace XenLoop.Discovery;

/// <summary>Where one peer's channel stands.</summary>
public enum NegotiationState
{
    /// <summary>No channel and none under way.</summary>
    Idle,

    /// <summary>Connector: has asked the listener for an offer.</summary>
    Wanting,

    /// <summary>Listener: has offered pages, waits for the connector to attach.</summary>
    Offering,

    /// <summary>Connector: has mapped the offer, waits for the listener to open.</summary>
    Attached,

    /// <summary>Both ends are connected.</summary>
    Connected,

    /// <summary>The forwarder is letting go of the channel.</summary>
    Closing,
}
