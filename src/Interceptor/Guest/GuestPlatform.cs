using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>What a platform gives an agent.</summary>
/// <param name="Name"><c>local</c> or <c>xen</c>.</param>
/// <param name="IsXen">True if the guests are domains of a Xen host, where a wake-up costs more than between processes of one kernel.</param>
/// <param name="Store">Opens the platform's store.</param>
/// <param name="Open">Opens the platform's pages and doorbells, once our domain number is known.</param>
/// <param name="Owned">Disposed with this, after the platform's store and pages; null: nothing.</param>
internal sealed record GuestPlatform(string Name, bool IsXen, IStoreConnector Store, Func<DomainId, IChannelPlatform> Open, IDisposable? Owned = null) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Owned?.Dispose();
}
