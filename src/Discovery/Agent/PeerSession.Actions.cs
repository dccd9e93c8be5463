using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <content>Carries out what the negotiator decides.</content>
internal sealed partial class PeerSession
{
    private async Task DriveAsync(CancellationToken cancel)
    {
        while (_negotiator.TryTake(out NegotiatorAction action))
        {
            switch (action.Kind)
            {
                case NegotiatorActionKind.Publish:
                    await PublishAsync(action.Message!, cancel).ConfigureAwait(false);
                    break;
                case NegotiatorActionKind.Withdraw:
                    await RemoveNodeAsync(cancel).ConfigureAwait(false);
                    break;
                case NegotiatorActionKind.Reread:
                    _nodeDirty = true;
                    context.Wake.Set();
                    break;
                case NegotiatorActionKind.Allocate:
                    Allocate(action.Nonce);
                    break;
                case NegotiatorActionKind.Map:
                    Map(action.Nonce, action.Offer);
                    break;
                case NegotiatorActionKind.Discard:
                    _pages.Free();
                    break;
                case NegotiatorActionKind.Activate:
                    if (State == NegotiationState.Connected)
                    {
                        LogConnected(context.Log, Peer.Id, Peer.Name, _pages.RingBytes / 1024);
                    }

                    context.User.OnConnected(Peer, _pages.Channel!, action.PeerFeatures);
                    break;
                case NegotiatorActionKind.Release:
                    Release(action);
                    break;
            }
        }
    }

    private void Release(in NegotiatorAction action)
    {
        LogReleasing(context.Log, Peer.Id, Peer.Name, _negotiator.LastFailure);
        _releasing = context.User.ReleaseAsync(Peer.Id, action.Orderly);
        context.Wake.SetWhenDone(_releasing);
    }

    private async Task PublishAsync(HandshakeMessage message, CancellationToken cancel)
    {
        if (context.Store is not { } store)
        {
            return;
        }

        if (context.StoreStandsStill)
        {
            _negotiator.PublishPostponed(context.Now);
            return;
        }

        string path = StoreNames.ChannelWith(Peer.Id);
        StoreStatus status = await store.WriteAsync(path, message.ToBytes(), cancel).ConfigureAwait(false);
        if (status == StoreStatus.Ok && !_readable)
        {
            ImmutableArray<StorePermission> permissions = [new(context.Self, StoreAccess.None), new(Peer.Id, StoreAccess.Read)];
            status = await store.SetPermissionsAsync(path, permissions, cancel).ConfigureAwait(false);
            _readable = status == StoreStatus.Ok;
        }

        context.StoreStandsStill = status == StoreStatus.TimedOut;
        if (status == StoreStatus.Ok)
        {
            _negotiator.Published();
        }
        else
        {
            if (status != _published)
            {
                LogNotPublished(context.Log, Peer.Id, status);
            }

            _negotiator.PublishFailed(context.Now);
        }

        _published = status;
    }

    private async Task RemoveNodeAsync(CancellationToken cancel)
    {
        if (context.StoreStandsStill)
        {
            _negotiator.PublishPostponed(context.Now);
        }
        else if (context.Store is { } store)
        {
            _readable = false;
            StoreStatus status = await store.RemoveAsync(StoreNames.ChannelWith(Peer.Id), cancel).ConfigureAwait(false);
            context.StoreStandsStill = status == StoreStatus.TimedOut;
            if (status is StoreStatus.Ok or StoreStatus.NotFound)
            {
                _negotiator.Published();
            }
            else
            {
                _negotiator.PublishFailed(context.Now);
            }
        }
    }

    private void Allocate(ulong nonce)
    {
        try
        {
            ChannelOffer offer = _pages.Allocate(nonce);
            _negotiator.Allocated(context.Now, nonce, offer, _pages.RingBytes);
        }
        catch (ChannelPlatformException failure)
        {
            LogNoChannel(context.Log, Peer.Id, failure.Message);
            _negotiator.AllocationFailed(context.Now, nonce, failure.Message);
        }
    }

    private void Map(ulong nonce, ChannelOffer offer)
    {
        try
        {
            _pages.Map(nonce, offer);
            _negotiator.Mapped(context.Now, nonce);
        }
        catch (ChannelPlatformException failure)
        {
            LogNoChannel(context.Log, Peer.Id, failure.Message);
            _negotiator.MapFailed(context.Now, nonce, failure.Message);
        }
    }
}
