using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Opens the platform's store, again and again as connections are lost.</summary>
public interface IStoreConnector
{
    /// <summary>Connects and learns our domain number.</summary>
    /// <param name="self">Who we are, for a store whose host plays the toolstack; a real XenStore knows already.</param>
    /// <param name="previous">Our number in the session before, kept if the host can.</param>
    /// <exception cref="StoreUnavailableException">There is no store, or it refuses us.</exception>
    Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel);
}
