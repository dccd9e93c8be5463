using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>What a platform gives an agent.</summary>
/// <param name="Name"><c>local</c> or <c>xen</c>.</param>
/// <param name="Store">Opens its store.</param>
/// <param name="Open">Opens its pages and doorbells, once our domain number is known.</param>
internal sealed record GuestPlatform(string Name, IStoreConnector Store, Func<DomainId, IChannelPlatform> Open) : IDisposable
{
    /// <summary>What all that <see cref="Open"/> makes has in common, if anything; lives as long as this.</summary>
    public IDisposable? Common { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Common?.Dispose();
}
