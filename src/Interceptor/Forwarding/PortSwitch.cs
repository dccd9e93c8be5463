namespace XenLoop.Interceptor.Forwarding;

/// <summary>The wait of captured packets while their path changes, so that they overtake nothing (<see cref="HoldPolicy"/>). A part of its <see cref="PeerPort"/>, hence fields.</summary>
internal struct PortSwitch
{
    /// <summary>Until when they wait at the latest, in <see cref="Environment.TickCount64"/> milliseconds; 0: the path does not change.</summary>
    public long Deadline;

    /// <summary>They wait for the peer to take what is in the ring.</summary>
    public bool AwaitsRing;
}
