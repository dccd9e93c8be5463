using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>The pages of one guest's list against a plain dictionary, with a store that fails now and then and a reader that is always one page behind.</summary>
public sealed class PeerListTests
{
    private static readonly Gen<Step> Steps =
        from id in Gen.Choose(1, 60)
        from addresses in Gen.Choose(-4, PeerPage.MaximumAddresses)
        from write in Gen.Choose(0, 3)
        from fails in Gen.Choose(0, 3)
        select new Step(new DomainId((ushort)id), addresses, Writes: write == 0, FailsAfter: fails);

    [Fact]
    public void A_reader_ends_up_with_what_was_set_and_misses_nobody_on_the_way() => Prop.ForAll(
        Steps.ArrayOf().Resize(120).ToArbitrary(),
        steps =>
        {
            PeerList list = new();
            World world = new();
            Dictionary<DomainId, string> wanted = [];
            HashSet<DomainId> takenAway = [];
            foreach (Step step in steps)
            {
                PeerDomain? peer = step.Addresses < 0 ? null : Peer(step.Id, step.Addresses);
                list.Set(step.Id, peer);
                if (peer is null)
                {
                    wanted.Remove(step.Id);
                    takenAway.Add(step.Id);
                }
                else
                {
                    wanted[step.Id] = PeerPage.ToEntry(peer);
                }

                if (step.Writes && world.Write(list, step.FailsAfter, Steady()))
                {
                    takenAway.Clear();
                }
            }

            Assert.True(world.Write(list, int.MaxValue, Steady()));
            Assert.False(list.IsStale);
            Assert.Equal(wanted.OrderBy(pair => pair.Key), world.Told().OrderBy(pair => pair.Key));

            // Told already, still wanted, and never taken away in between: it must be there at every moment.
            HashSet<DomainId> Steady() => [.. wanted.Keys.Where(id => world.Reads(id) && !takenAway.Contains(id))];
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_change_of_one_peer_is_one_write()
    {
        PeerList list = new();
        for (ushort i = 1; i <= 200; i++)
        {
            list.Set(new DomainId(i), Peer(new DomainId(i), 0));
        }

        Assert.InRange(list.StalePages.Length, 6, 9);
        WriteAll(list);
        list.Set(new DomainId(100), Peer(new DomainId(100), 1));
        Assert.Single(list.StalePages);
        WriteAll(list);
        list.Set(new DomainId(100), Peer(new DomainId(100), 1));
        Assert.False(list.IsStale);
    }

    [Fact]
    public void What_was_adopted_and_not_said_again_goes()
    {
        PeerList before = new();
        before.Set(new DomainId(1), Peer(new DomainId(1), 1));
        before.Set(new DomainId(2), Peer(new DomainId(2), 1));
        Assert.True(PeerPage.TryParse(before.ToBytes(0), out ImmutableArray<PeerDomain> peers));

        PeerList list = new();
        list.Adopt(0, peers);
        list.Adopt(3, null);
        Assert.Equal([3], list.StalePages);
        WriteAll(list);
        list.Set(new DomainId(2), Peer(new DomainId(2), 1));
        Assert.False(list.IsStale);
        list.DropUnconfirmed();
        Assert.Equal([0], list.StalePages);
        Assert.True(PeerPage.TryParse(list.ToBytes(0), out peers));
        Assert.Equal(new DomainId(2), Assert.Single(peers).Id);
    }

    private static PeerDomain Peer(DomainId id, int addresses) => new(
        id,
        $"guest-{id}",
        [new MacAddress(0x00163E000000UL + id.Value)],
        [.. Enumerable.Range(0, addresses).Select(i => new InternetAddress(0x20010DB8_00000000UL, (ulong)((id.Value << 8) + i)))],
        id.Value);

    private static void WriteAll(PeerList list)
    {
        while (list.IsStale)
        {
            foreach (int page in list.StalePages)
            {
                list.Written(page);
            }
        }
    }

    private sealed record Step(DomainId Id, int Addresses, bool Writes, int FailsAfter);

    /// <summary>The store, and a reader that reads each page when it was written, as an agent does.</summary>
    private sealed class World
    {
        private readonly Dictionary<int, ImmutableArray<PeerDomain>> _pages = [];

        public bool Reads(DomainId peer) => _pages.Values.Any(page => page.Any(told => told.Id == peer));

        public IEnumerable<KeyValuePair<DomainId, string>> Told() => _pages.Values.SelectMany(page => page).Select(peer => KeyValuePair.Create(peer.Id, PeerPage.ToEntry(peer)));

        /// <returns>False: it failed before the end.</returns>
        public bool Write(PeerList list, int failsAfter, HashSet<DomainId> steady)
        {
            while (list.IsStale)
            {
                foreach (int page in list.StalePages)
                {
                    if (failsAfter-- == 0)
                    {
                        return false;
                    }

                    Read(page, list.ToBytes(page));
                    list.Written(page);
                    Assert.All(steady, peer => Assert.True(Reads(peer)));
                }
            }

            return true;
        }

        private void Read(int page, byte[]? value)
        {
            ImmutableArray<PeerDomain> peers = [];
            Assert.True(value is null || (value.Length <= NodeText.MaximumBytes && PeerPage.TryParse(value, out peers)));
            _pages[page] = peers;
        }
    }
}
