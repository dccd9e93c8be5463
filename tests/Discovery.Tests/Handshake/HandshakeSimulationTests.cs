using System.Globalization;

namespace XenLoop.Discovery.Tests;

/// <summary>The negotiators of two and three guests under simulated faults. A failure names its seed; the run follows from it.</summary>
public sealed class HandshakeSimulationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Connects_whoever_wishes_first(int wisher)
    {
        SimulatedWorld world = Started(seed: 1, guests: 2, new SimulatedFaults());
        foreach (SimulatedGuest guest in wisher == 2 ? world.Guests : [world.Guests[wisher]])
        {
            WishAll(world, guest);
        }

        world.RunUntil(TimeSpan.FromSeconds(1));
        AssertMesh(world);
    }

    [Fact]
    public void Random_faults_never_break_an_invariant_and_end_in_connection()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            InSeed(seed, RandomRun);
        }
    }

    [Fact]
    public void Either_side_may_crash_at_every_step()
    {
        int runs = 0;
        foreach (bool nodesDie in new[] { false, true })
        {
            foreach (bool blind in new[] { false, true })
            {
                foreach (double restart in new[] { 0, 0.002, 0.5, 5, 30 })
                {
                    runs += CrashAtEachStep(new SimulatedFaults { NodesDieWithProcess = nodesDie, BlindDataPath = blind }, restart);
                }
            }
        }

        Assert.True(runs > 500, $"Only {runs} crashes were tried: the scenario has become too short.");
    }

    [Fact]
    public void A_restarted_store_leaves_connected_channels_alone()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            InSeed(seed, s =>
            {
                SimulatedWorld world = Started(s, guests: 3, new SimulatedFaults { NodesDieWithProcess = true });
                world.RunUntil(TimeSpan.FromSeconds(1));
                WishEverybody(world);
                world.RunUntil(TimeSpan.FromSeconds(20));
                ulong[] before = [.. world.HeldPages.Select(pages => pages.Nonce).Order()];
                world.RestartStore();
                world.RunUntil(TimeSpan.FromSeconds(60));
                Assert.Equal(before, world.HeldPages.Select(pages => pages.Nonce).Order());
                AssertMesh(world);
            });
        }
    }

    [Fact]
    public void A_silent_announcer_stops_new_channels_only()
    {
        SimulatedWorld world = Started(seed: 5, guests: 3, new SimulatedFaults());
        world.RunUntil(TimeSpan.FromSeconds(1));
        world.Guests[0].Input(world.Guests[1].Id, negotiator => negotiator.Wish(world.Now));
        world.RunUntil(TimeSpan.FromSeconds(2));
        world.SetAnnouncer(alive: false);
        WishEverybody(world);
        world.RunUntil(TimeSpan.FromSeconds(100));
        Assert.Equal(NegotiationState.Connected, world.Guests[0].Peers[world.Guests[1].Id].State);
        Assert.Equal(NegotiationState.Idle, world.Guests[0].Peers[world.Guests[2].Id].State);
        world.SetAnnouncer(alive: true);
        world.RunUntil(TimeSpan.FromSeconds(101));
        WishEverybody(world);
        world.RunUntil(TimeSpan.FromSeconds(102));
        AssertMesh(world);
    }

    private static void RandomRun(int seed)
    {
        Random chance = new(seed);
        SimulatedFaults faults = new()
        {
            EventLost = chance.NextDouble() * 0.5,
            EventDoubled = chance.NextDouble() * 0.5,
            WriteFails = chance.NextDouble() * 0.4,
            AllocationFails = chance.NextDouble() * 0.3,
            MapFails = chance.NextDouble() * 0.3,
            BlindDataPath = chance.Next(2) == 0,
            NodesDieWithProcess = chance.Next(2) == 0,
            LongestDelay = chance.Next(4) switch { 0 => 0, 1 => 10, 2 => 500, _ => 4000 },
        };
        SimulatedWorld world = Started(seed, guests: 2 + (seed % 2), faults);
        for (int i = 0; i < 30; i++)
        {
            world.RunUntil(world.Now + TimeSpan.FromMilliseconds(chance.Next(0, 3000)));
            SimulatedGuest guest = world.Guests[chance.Next(world.Guests.Count)];
            Disturb(world, guest, chance);
        }

        // The faults stop; connections must follow within the longest pause, and everything else must have been given back.
        world.Faults = new SimulatedFaults { NodesDieWithProcess = faults.NodesDieWithProcess };
        world.SetAnnouncer(alive: true);
        foreach (SimulatedGuest guest in world.Guests.Where(guest => !guest.Alive))
        {
            guest.Start();
        }

        for (int i = 0; i < 200; i++)
        {
            WishEverybody(world);
            world.RunUntil(world.Now + TimeSpan.FromSeconds(1));
        }

        AssertMesh(world);
    }

    private static void Disturb(SimulatedWorld world, SimulatedGuest guest, Random chance)
    {
        switch (chance.Next(10))
        {
            case 0 when guest.Alive:
                guest.Crash();
                break;
            case 0 or 1 when !guest.Alive:
                guest.Start();
                break;
            case 1:
                world.RestartStore();
                break;
            case 2:
                world.SetAnnouncer(!world.AnnouncerAlive);
                break;
            case 3 or 4:
                foreach (var peer in guest.Peers.Keys.ToArray())
                {
                    guest.Input(peer, negotiator => negotiator.Close(CloseReason.Idle));
                }

                break;
            default:
                WishEverybody(world);
                break;
        }
    }

    private static int CrashAtEachStep(SimulatedFaults faults, double restartAfter)
    {
        int runs = 0;
        for (int victim = 0; victim < 2; victim++)
        {
            for (int step = 0; ; step++, runs++)
            {
                SimulatedWorld world = new(step, guests: 2, faults);
                world.CrashPlan = (world.Guests[victim], step, TimeSpan.FromSeconds(restartAfter));
                Start(world);
                world.RunUntil(TimeSpan.FromMilliseconds(200));
                foreach (SimulatedGuest guest in world.Guests)
                {
                    world.Guarded(() => WishAll(world, guest));
                }

                world.RunUntil(TimeSpan.FromSeconds(2));
                foreach (SimulatedGuest guest in world.Guests)
                {
                    world.Guarded(() => CloseAll(guest));
                }

                world.RunUntil(TimeSpan.FromSeconds(4));
                bool over = world.CrashPlan is not null && world.Steps < step;
                for (int i = 0; i < 150; i++)
                {
                    world.Guarded(() => WishEverybody(world));
                    world.RunUntil(world.Now + TimeSpan.FromSeconds(1));
                }

                AssertMesh(world);
                if (over)
                {
                    break;
                }
            }
        }

        return runs;
    }

    private static void InSeed(int seed, Action<int> run)
    {
        try
        {
            run(seed);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {failure.Message}"), failure);
        }
    }

    private static SimulatedWorld Started(int seed, int guests, SimulatedFaults faults)
    {
        SimulatedWorld world = new(seed, guests, faults);
        Start(world);
        world.RunUntil(TimeSpan.FromMilliseconds(100));
        return world;
    }

    private static void Start(SimulatedWorld world)
    {
        foreach (SimulatedGuest guest in world.Guests)
        {
            world.Guarded(guest.Start);
        }
    }

    private static void WishAll(SimulatedWorld world, SimulatedGuest guest)
    {
        foreach (var peer in guest.Peers.Keys.ToArray())
        {
            guest.Input(peer, negotiator => negotiator.Wish(world.Now));
        }
    }

    private static void CloseAll(SimulatedGuest guest)
    {
        foreach (var peer in guest.Peers.Keys.ToArray())
        {
            guest.Input(peer, negotiator => negotiator.Close(CloseReason.Idle));
        }
    }

    private static void WishEverybody(SimulatedWorld world)
    {
        foreach (SimulatedGuest guest in world.Guests)
        {
            WishAll(world, guest);
        }
    }

    /// <summary>Every pair has one channel, the same at both ends, and no pages are held but those.</summary>
    private static void AssertMesh(SimulatedWorld world)
    {
        foreach (SimulatedGuest guest in world.Guests)
        {
            Assert.True(guest.Alive);
            foreach (SimulatedGuest other in world.Guests.Where(other => other != guest))
            {
                ChannelNegotiator here = guest.Peers[other.Id];
                ChannelNegotiator there = other.Peers[guest.Id];
                Assert.True(here.State == NegotiationState.Connected, $"{guest.Id} towards {other.Id} is {here.State} ({here.LastFailure}), the other {there.State} ({there.LastFailure}).");
                Assert.Equal(here.Nonce, there.Nonce);
                Assert.Equal(here.Nonce, guest.Active[other.Id]);
                Assert.Null(here.Due);
            }
        }

        int pairs = world.Guests.Count * (world.Guests.Count - 1) / 2;
        Assert.Equal(pairs, world.HeldPages.Count());
        Assert.All(world.HeldPages, pages => Assert.True(pages is { HeldByConnector: true, HeldByListener: true, ActiveAtConnector: true, ActiveAtListener: true }));
    }
}
