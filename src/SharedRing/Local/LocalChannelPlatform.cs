using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>
/// Channels between processes of one kernel (network namespaces, containers): a sealed memory file for the pages, a pair of
/// pipes for the doorbells, and the host's <see cref="LocalGrantBroker"/> in the place of the hypervisor's grant table.
/// </summary>
/// <param name="brokerSocketPath">The broker's socket; need not exist yet.</param>
/// <param name="self">The domain that this process speaks for.</param>
/// <remarks>An offer's <see cref="ChannelOffer.DoorbellPort"/> is always 0: the doorbells travel with the pages, under one reference.</remarks>
public sealed class LocalChannelPlatform(string brokerSocketPath, DomainId self) : IChannelPlatform
{
    private readonly LocalGrantClient _broker = new(brokerSocketPath, self);

    /// <inheritdoc/>
    public string Name => "local";

    /// <inheritdoc/>
    public PageBudget? Pages => null;

    /// <inheritdoc/>
    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer)
    {
        using FileDescriptor file = SharedPages.Create(ringBytes);
        LocalDoorbell doorbell = LocalDoorbell.Create(out FileDescriptor peerInbound, out FileDescriptor peerOutbound);
        using (peerInbound)
        using (peerOutbound)
        {
            MappedPages? pages = null;
            try
            {
                pages = new MappedPages(file, ringBytes);
                uint reference = _broker.Grant(peer, [file.Number, peerInbound.Number, peerOutbound.Number]);
                offer = new ChannelOffer(reference, DoorbellPort: 0);
                return new LocalChannelLink(pages, ringBytes, doorbell, withdraw: () => _broker.TryRevoke(reference));
            }
            catch
            {
                pages?.Dispose();
                doorbell.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public IChannelLink Map(DomainId peer, ChannelOffer offer)
    {
        if (offer.DoorbellPort != 0)
        {
            throw new ChannelPlatformException($"The offer names doorbell port {offer.DoorbellPort}; the local platform has none. Does domain {peer} run on the same platform?");
        }

        FileDescriptor[] granted = _broker.Map(peer, offer.DescriptorGrant);
        LocalDoorbell? doorbell = null;
        try
        {
            FileDescriptor file = granted[GrantedDescriptors.Pages];
            int ringBytes = SharedPages.Validate(file);
            doorbell = LocalDoorbell.Adopt(granted[GrantedDescriptors.InboundDoorbell], granted[GrantedDescriptors.OutboundDoorbell]);
            return new LocalChannelLink(new MappedPages(file, ringBytes), ringBytes, doorbell, withdraw: null);
        }
        catch
        {
            doorbell?.Dispose();
            throw;
        }
        finally
        {
            foreach (FileDescriptor descriptor in granted)
            {
                descriptor.Dispose();
            }
        }
    }

    /// <remarks>Processes on one kernel are never restored apart from it.</remarks>
    public void DomainRestored()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _broker.Dispose();
}
