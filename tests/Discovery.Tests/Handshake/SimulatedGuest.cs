using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>One guest's agent in the simulation: negotiators, and a driver that carries out what they want on the simulated world.</summary>
public sealed class SimulatedGuest(SimulatedWorld world, DomainId id)
{
    private readonly Dictionary<DomainId, ChannelNegotiator> _peers = [];

    public DomainId Id { get; } = id;

    public bool Alive { get; private set; }

    public ulong Instance { get; private set; }

    /// <summary>Per peer the activated channel, from activation until its pages are freed.</summary>
    public Dictionary<DomainId, ulong> Active { get; } = [];

    public IReadOnlyDictionary<DomainId, ChannelNegotiator> Peers => _peers;

    public void Start()
    {
        Alive = true;
        Instance = world.NewNumber();
        foreach (SimulatedGuest other in world.Guests.Where(other => other != this))
        {
            // A new agent removes what an earlier life of it left in the store.
            world.RemoveNode(Id, other.Id);
            ChannelNegotiator negotiator = new(Id, Instance, other.Id, SimulatedWorld.Options, world.NewNumber);
            _peers[other.Id] = negotiator;
            negotiator.StoreConnected(world.Now);
            negotiator.AnnouncerChanged(world.Now, world.AnnouncerAlive);
            Drive(other.Id);
            ReadPeerNode(other.Id);
        }

        world.Announce(this);
    }

    public void Crash()
    {
        Alive = false;
        _peers.Clear();
        Active.Clear();
        world.ProcessDied(this);
    }

    public void Input(DomainId peer, Action<ChannelNegotiator> input)
    {
        if (Alive)
        {
            input(_peers[peer]);
            Drive(peer);
        }
    }

    public void ReadPeerNode(DomainId peer) =>
        Input(peer, negotiator => negotiator.PeerNode(world.Now, world.ReadNode(peer, Id)));

    public void TickIfDue()
    {
        foreach (DomainId peer in _peers.Keys.ToArray())
        {
            if (Alive && _peers[peer].Due <= world.Now)
            {
                Input(peer, negotiator => negotiator.Tick(world.Now));
            }
        }
    }

    public TimeSpan? Due() => _peers.Values.Select(negotiator => negotiator.Due).Min();

    private void Drive(DomainId peer)
    {
        ChannelNegotiator negotiator = _peers[peer];
        while (negotiator.TryTake(out NegotiatorAction action))
        {
            world.CountStep(this);
            Execute(peer, negotiator, action);
        }
    }

    private void Execute(DomainId peer, ChannelNegotiator negotiator, NegotiatorAction action)
    {
        switch (action.Kind)
        {
            case NegotiatorActionKind.Publish:
                if (world.WriteNode(Id, peer, action.Message!))
                {
                    negotiator.Published();
                }
                else
                {
                    negotiator.PublishFailed(world.Now);
                }

                break;
            case NegotiatorActionKind.Withdraw:
                world.RemoveNode(Id, peer);
                break;
            case NegotiatorActionKind.Reread:
                negotiator.PeerNode(world.Now, world.ReadNode(peer, Id));
                break;
            case NegotiatorActionKind.Allocate:
                if (world.Allocate(this, action.Nonce))
                {
                    negotiator.Allocated(world.Now, action.Nonce, new ChannelOffer((uint)action.Nonce, 7), 4096);
                }
                else
                {
                    negotiator.AllocationFailed(world.Now, action.Nonce, "simulated");
                }

                break;
            case NegotiatorActionKind.Map:
                if (world.Map(this, action.Nonce))
                {
                    negotiator.Mapped(world.Now, action.Nonce);
                }
                else
                {
                    negotiator.MapFailed(world.Now, action.Nonce, "simulated");
                }

                break;
            case NegotiatorActionKind.Discard:
                world.Free(this, action.Nonce);
                break;
            case NegotiatorActionKind.Activate:
                Assert.False(Active.ContainsKey(peer), "A second channel to one peer was activated.");
                Active[peer] = action.Nonce;
                world.Activated(this, action.Nonce);
                break;
            case NegotiatorActionKind.Release:
                ulong life = Instance;
                world.Later(() => FinishRelease(peer, action.Nonce, life));
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void FinishRelease(DomainId peer, ulong nonce, ulong life)
    {
        if (Alive && Instance == life)
        {
            Assert.Equal(nonce, Active[peer]);
            Active.Remove(peer);
            world.Free(this, nonce);
            Input(peer, negotiator => negotiator.Released(world.Now, nonce));
        }
    }
}
