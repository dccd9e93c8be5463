using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Store, announcer, pages, clock and chance for a few simulated guests. Everything follows from the seed.</summary>
public sealed class SimulatedWorld
{
    private readonly Random _random;
    private readonly PriorityQueue<Action, (TimeSpan At, int Order)> _agenda = new();
    private readonly Dictionary<(DomainId Owner, DomainId Reader), byte[]> _nodes = [];
    private readonly Dictionary<ulong, SimulatedPages> _pages = [];
    private int _order;

    public SimulatedWorld(int seed, int guests, SimulatedFaults faults)
    {
        _random = new Random(seed);
        Faults = faults;
        Guests = [.. Enumerable.Range(1, guests).Select(n => new SimulatedGuest(this, new DomainId((ushort)n)))];
    }

    public static AgentOptions Options { get; } = new() { RingBytes = 4096 };

    public SimulatedFaults Faults { get; set; }

    public IReadOnlyList<SimulatedGuest> Guests { get; }

    public TimeSpan Now { get; private set; }

    public bool AnnouncerAlive { get; private set; } = true;

    /// <summary>Steps done: one per action that a guest carries out.</summary>
    public int Steps { get; private set; }

    /// <summary>Throws a crash out of the guest when the given step is reached.</summary>
    public (SimulatedGuest Guest, int Step, TimeSpan RestartAfter)? CrashPlan { get; set; }

    public IEnumerable<SimulatedPages> HeldPages => _pages.Values.Where(pages => pages.HeldByConnector || pages.HeldByListener);

    public bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    public ulong NewNumber() => (ulong)_random.NextInt64(1, long.MaxValue);

    public void At(TimeSpan delay, Action action) => _agenda.Enqueue(action, (Now + delay, _order++));

    public void Later(Action action) => At(TimeSpan.FromMilliseconds(_random.Next(0, Faults.LongestDelay + 1)), action);

    /// <summary>Runs until the given time, guests' timers included.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (true)
        {
            TimeSpan? timer = Guests.Where(guest => guest.Alive).Select(guest => guest.Due()).Min();
            bool any = _agenda.TryPeek(out _, out (TimeSpan At, int) next);
            if (any && next.At <= end && (timer is null || next.At <= timer))
            {
                Now = Max(Now, next.At);
                Guarded(_agenda.Dequeue());
            }
            else if (timer <= end)
            {
                Now = Max(Now, timer.Value);
                foreach (SimulatedGuest guest in Guests)
                {
                    Guarded(guest.TickIfDue);
                }
            }
            else
            {
                Now = end;
                return;
            }
        }
    }

    public void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (SimulatedCrashException)
        {
            SimulatedGuest guest = CrashPlan!.Value.Guest;
            At(CrashPlan.Value.RestartAfter, guest.Start);
            CrashPlan = null;
            guest.Crash();
        }
    }

    public void CountStep(SimulatedGuest guest)
    {
        if (CrashPlan is { } plan && plan.Guest == guest && plan.Step == Steps)
        {
            throw new SimulatedCrashException();
        }

        Steps++;
    }

    public void Announce(SimulatedGuest guest)
    {
        ulong instance = guest.Instance;
        foreach (SimulatedGuest other in Guests.Where(other => other != guest))
        {
            // Both learn of each other's present life; whoever starts later brings the news to both.
            Later(() => TellOf(guest, instance, other));
            Later(() => TellOf(other, other.Instance, guest));
        }
    }

    public void SetAnnouncer(bool alive)
    {
        AnnouncerAlive = alive;
        foreach (SimulatedGuest guest in Guests)
        {
            foreach (SimulatedGuest other in Guests.Where(other => other != guest))
            {
                guest.Input(other.Id, negotiator => negotiator.AnnouncerChanged(Now, alive));
            }

            if (alive && guest.Alive)
            {
                Announce(guest);
            }
        }
    }

    /// <summary>The local store's process dies and comes back empty: every guest loses its connection and renews it.</summary>
    public void RestartStore()
    {
        _nodes.Clear();
        foreach (SimulatedGuest guest in Guests.Where(guest => guest.Alive))
        {
            ulong life = guest.Instance;
            foreach (DomainId peer in guest.Peers.Keys.ToArray())
            {
                guest.Input(peer, negotiator => negotiator.StoreLost());
                At(TimeSpan.FromMilliseconds(_random.Next(1, 2000)), () =>
                {
                    if (guest.Instance == life)
                    {
                        guest.Input(peer, negotiator => negotiator.StoreConnected(Now));
                        guest.ReadPeerNode(peer);
                    }
                });
            }
        }
    }

    public void ProcessDied(SimulatedGuest guest)
    {
        foreach (SimulatedPages pages in HeldPages.ToArray())
        {
            bool listener = pages.ListenerLife == guest.Instance;
            if (listener || pages.ConnectorLife == guest.Instance)
            {
                Free(guest, pages.Nonce);
            }
        }

        foreach (SimulatedGuest other in Guests.Where(other => other != guest))
        {
            if (Faults.NodesDieWithProcess)
            {
                RemoveNode(guest.Id, other.Id);
                ulong gone = guest.Instance;
                Later(() =>
                {
                    if (!guest.Alive || guest.Instance != gone)
                    {
                        other.Input(guest.Id, negotiator => negotiator.Withdrawn());
                        if (guest.Alive)
                        {
                            TellOf(guest, guest.Instance, other);
                        }
                    }
                });
            }
        }
    }

    public HandshakeReading ReadNode(DomainId owner, DomainId reader) =>
        _nodes.TryGetValue((owner, reader), out byte[]? value) ? HandshakeMessage.Read(value) : HandshakeReading.Absent;

    public void PutRaw(DomainId owner, DomainId reader, byte[] value)
    {
        _nodes[(owner, reader)] = value;
        Notify(owner, reader);
    }

    public bool WriteNode(DomainId owner, DomainId reader, HandshakeMessage message)
    {
        if (Chance(Faults.WriteFails))
        {
            return false;
        }

        PutRaw(owner, reader, message.ToBytes());
        return true;
    }

    public void RemoveNode(DomainId owner, DomainId reader)
    {
        if (_nodes.Remove((owner, reader)))
        {
            Notify(owner, reader);
        }
    }

    public bool Allocate(SimulatedGuest listener, ulong nonce)
    {
        if (Chance(Faults.AllocationFails))
        {
            return false;
        }

        _pages.Add(nonce, new SimulatedPages(nonce, listener.Instance));
        return true;
    }

    public bool Map(SimulatedGuest connector, ulong nonce)
    {
        if (Chance(Faults.MapFails) || !_pages.TryGetValue(nonce, out SimulatedPages? pages) || !pages.HeldByListener || pages.ConnectorLife != 0)
        {
            return false;
        }

        pages.HeldByConnector = true;
        pages.ConnectorLife = connector.Instance;
        return true;
    }

    public void Free(SimulatedGuest guest, ulong nonce)
    {
        if (!_pages.TryGetValue(nonce, out SimulatedPages? pages))
        {
            return;
        }

        if (pages.ListenerLife == guest.Instance)
        {
            pages.HeldByListener = false;
            pages.ActiveAtListener = false;
        }
        else
        {
            Assert.Equal(guest.Instance, pages.ConnectorLife);
            pages.HeldByConnector = false;
            pages.ActiveAtConnector = false;
        }

        if (!Faults.BlindDataPath)
        {
            Later(() => TellOtherEnd(guest, nonce));
        }
    }

    public void Activated(SimulatedGuest guest, ulong nonce)
    {
        SimulatedPages pages = _pages[nonce];
        if (pages.ListenerLife == guest.Instance)
        {
            Assert.True(pages.HeldByListener && pages.ConnectorLife != 0 && !pages.ActiveAtListener, "Listener activated what nobody mapped.");
            pages.ActiveAtListener = true;
        }
        else
        {
            Assert.True(pages.HeldByConnector && pages.ConnectorLife == guest.Instance && !pages.ActiveAtConnector, "Connector activated a stale channel.");
            pages.ActiveAtConnector = true;
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private void TellOf(SimulatedGuest guest, ulong instance, SimulatedGuest other)
    {
        if (guest.Alive && guest.Instance == instance && AnnouncerAlive)
        {
            other.Input(guest.Id, negotiator => negotiator.Announced(Now, instance));
        }
    }

    private void TellOtherEnd(SimulatedGuest guest, ulong nonce)
    {
        foreach (SimulatedGuest other in Guests.Where(other => other != guest))
        {
            foreach (DomainId peer in other.Active.Where(active => active.Value == nonce).Select(active => active.Key).ToArray())
            {
                other.Input(peer, negotiator => negotiator.Failed(Now, ChannelFailure.PeerGone));
            }
        }
    }

    private void Notify(DomainId owner, DomainId reader)
    {
        SimulatedGuest guest = Guests[reader.Value - 1];
        if (Chance(Faults.EventLost))
        {
            // A store client that drops events knows it, and reads everything again before long.
            At(TimeSpan.FromMilliseconds(_random.Next(100, 10_000)), () => guest.ReadPeerNode(owner));
            return;
        }

        Later(() => guest.ReadPeerNode(owner));
        if (Chance(Faults.EventDoubled))
        {
            Later(() => guest.ReadPeerNode(owner));
        }
    }
}
