using XenLoop.Addresses;

namespace XenLoop.Discovery.Tests;

/// <summary>The agent's loop turn by turn: whom it takes in, what it forgets, and what it does about a store that refuses.</summary>
public sealed class AgentLoopTests
{
    [Fact]
    public async Task Of_too_many_guests_two_choose_each_other_or_neither_does()
    {
        int[] guests = [.. new Random(1).GetItems(Enumerable.Range(1, 32_000).ToArray(), 90).Distinct()];
        Dictionary<int, int[]> peers = [];
        foreach (int guest in guests)
        {
            PlayedLoop loop = new(guest, new AgentOptions());
            await loop.AnnounceAsync(guests);
            peers[guest] = loop.Peers;
        }

        Assert.All(peers.Values, chosen => Assert.Equal(64, chosen.Length));
        Assert.All(peers, pair => Assert.All(pair.Value, peer => Assert.Contains(pair.Key, peers[peer])));
    }

    [Fact]
    public async Task Who_is_on_the_way_to_a_channel_is_not_turned_out_by_nearer_ones()
    {
        PlayedLoop loop = new(100, new AgentOptions { MaximumPeers = 4 });
        await loop.AnnounceAsync(10, 20, 110, 120);
        loop.Request(20);
        await loop.TurnAsync();
        Assert.Equal(NegotiationState.Wanting, loop.StatusOf(20)!.State);

        // 10 and 120, which are idle, give their places to 30 and 40; for 105, 20 is in the way.
        await loop.AnnounceAsync(10, 20, 30, 40, 105, 110, 120);
        Assert.Equal([20, 30, 40, 110], loop.Peers);
        Assert.Equal(4, loop.Store.Watches.Count(watch => watch.Token.StartsWith(StoreEvent.NodeToken)));

        // The attempt comes to nothing.
        await loop.PassAsync(TimeSpan.FromSeconds(9));
        Assert.Equal([30, 40, 105, 110], loop.Peers);
    }

    [Fact]
    public async Task Too_many_guests_are_complained_of_again_after_there_was_room()
    {
        PlayedLoop loop = new(100, new AgentOptions { MaximumPeers = 2 });
        int Complaints() => loop.Log.Lines.Count(line => line.Contains("takes the standard path", StringComparison.Ordinal));
        await loop.AnnounceAsync(1, 2, 3);
        await loop.AnnounceAsync(1, 2, 3, 4);
        Assert.Equal(1, Complaints());
        await loop.AnnounceAsync(1, 2);
        Assert.Equal(1, Complaints());
        await loop.AnnounceAsync(1, 2, 3);
        Assert.Equal(2, Complaints());
    }

    [Fact]
    public async Task The_platform_is_told_of_numbers_that_are_nobodys_or_another_domains()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        await loop.AnnounceAsync(10, 20);
        await loop.AnnounceAsync(10, 20);
        Assert.Empty(loop.Platform.Told);
        await loop.AnnounceAsync(10);
        await loop.AnnounceAsync(10, 20);
        Assert.Equal(["forget 20"], loop.Platform.Told);

        // One in our sight, one while it was not announced.
        loop.Platform.Told.Clear();
        loop.Lives[10] = 1;
        await loop.AnnounceAsync(10);
        loop.Lives[20] = 1;
        await loop.AnnounceAsync(10, 20);
        await loop.AnnounceAsync(10, 20);
        Assert.Equal(["replaced 10", "forget 20", "replaced 20"], loop.Platform.Told);
    }

    /// <summary>The store ends the watch, but says so too late: the peer that comes back must be watched all the same.</summary>
    [Fact]
    public async Task A_peer_that_comes_back_while_its_watch_is_being_ended_is_watched_again()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        int Watches() => loop.Store.Watches.Count(watch => watch.Token.StartsWith(StoreEvent.NodeToken));
        await loop.AnnounceAsync(10, 20);
        Assert.Equal(2, Watches());
        loop.Store.EndsWatchesLate = true;
        await loop.AnnounceAsync(10);
        Assert.Equal(1, Watches());
        loop.Store.EndsWatchesLate = false;
        await loop.AnnounceAsync(10, 20);
        Assert.Equal(2, Watches());
        Assert.Equal([10, 20], loop.Peers);
    }

    /// <summary>Without them a routed peer whose channel lives on could name any destination.</summary>
    [Fact]
    public async Task The_addresses_that_peers_are_held_to_stay_until_the_store_that_came_back_says_something_newer()
    {
        PlayedLoop loop = new(100, new AgentOptions()) { OwnAddress = InternetAddress.FromIPv4(0x0A000001) };
        await loop.AnnounceAsync(1, 2);
        Assert.Equal([loop.OwnAddress.Value], loop.User.Domains.Own);

        // Empty, and the announcer not there.
        loop.Store.Nodes.Clear();
        loop.Reconnect();
        await loop.TurnAsync();
        Assert.Equal([loop.OwnAddress.Value], loop.User.Domains.Own);

        // The page with peers is read, ours is not.
        bool refuses = true;
        loop.Store.RefuseRead = path => refuses && path == StoreNames.PeerPage(1) ? StoreStatus.TimedOut : StoreStatus.Ok;
        loop.Reconnect();
        await loop.AnnounceAsync(1, 2);
        Assert.Equal([1, 2], loop.Peers);
        Assert.Equal([loop.OwnAddress.Value], loop.User.Domains.Own);

        refuses = false;
        loop.OwnAddress = null;
        await loop.AnnounceAsync(1, 2);
        await loop.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Empty(loop.User.Domains.Own);
    }

    [Fact]
    public async Task A_store_that_refuses_a_node_for_good_is_asked_ever_more_rarely_and_complained_of_once()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        int Complaints() => loop.Log.Lines.Count(line => line.Contains("could not be written", StringComparison.Ordinal));
        StoreStatus answer = StoreStatus.QuotaExceeded;
        loop.Store.Refuse = what => what == $"write {loop.NodeFor(1)}" ? answer : StoreStatus.Ok;
        await loop.AnnounceAsync(1);
        loop.Request(1);
        await loop.PassAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(loop.Store.Changes.Count(what => what == $"write {loop.NodeFor(1)}"), 10, 25);
        Assert.Equal(1, Complaints());

        answer = StoreStatus.AccessDenied;
        await loop.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(2, Complaints());

        answer = StoreStatus.Ok;
        await loop.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Contains(loop.NodeFor(1), loop.Store.Nodes.Keys);
        int changes = loop.Store.Changes.Count;
        await loop.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(changes, loop.Store.Changes.Count);
        Assert.Equal(2, Complaints());
    }

    [Fact]
    public async Task What_an_earlier_life_left_is_removed_before_anything_is_published_and_never_after()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        string old = loop.NodeFor(7);
        string removal = $"rm {StoreNames.Channels}";
        loop.Store.Nodes[old] = [1];
        loop.Store.Refuse = what => what == removal ? StoreStatus.TimedOut : StoreStatus.Ok;
        await loop.AnnounceAsync(1);
        loop.Request(1);
        await loop.PassAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(StoreNames.Advert, loop.Store.Nodes.Keys);
        Assert.Single(loop.Log.Lines, line => line.Contains("refuses the removal", StringComparison.Ordinal));

        loop.Store.Refuse = static _ => StoreStatus.Ok;
        await loop.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Contains(StoreNames.Advert, loop.Store.Nodes.Keys);
        Assert.DoesNotContain(old, loop.Store.Nodes.Keys);

        // Whatever is published from now on stays, whichever connection comes and goes.
        loop.Request(1);
        await loop.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Contains(loop.NodeFor(1), loop.Store.Nodes.Keys);
        loop.Store.Changes.Clear();
        loop.Reconnect();
        await loop.TurnAsync();
        Assert.Contains($"write {StoreNames.Advert}", loop.Store.Changes);
        Assert.DoesNotContain(removal, loop.Store.Changes);
    }

    [Fact]
    public async Task A_node_that_cannot_be_removed_is_removed_later_and_at_last_given_up()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        string removal = $"rm {loop.NodeFor(1)}";
        for (int refusals = 1; refusals <= 10; refusals += 9)
        {
            await loop.AnnounceAsync(1);
            loop.Request(1);
            await loop.TurnAsync();
            Assert.Contains(loop.NodeFor(1), loop.Store.Nodes.Keys);

            loop.Store.Changes.Clear();
            int left = refusals;
            loop.Store.Refuse = what => what == removal && left-- > 0 ? StoreStatus.TimedOut : StoreStatus.Ok;
            await loop.AnnounceAsync();
            Assert.Equal([1], loop.Peers);
            await loop.PassAsync(TimeSpan.FromSeconds(8));
            Assert.Empty(loop.Peers);
            Assert.Equal(refusals == 10, loop.Store.Nodes.ContainsKey(loop.NodeFor(1)));
            Assert.Equal(Math.Min(refusals, new AgentOptions().Retries) + 1, loop.Store.Changes.Count(what => what == removal));
        }
    }

    /// <summary>The store sets the watch, but says so too late, and the peer leaves: nobody else would ever end it.</summary>
    [Fact]
    public async Task A_watch_that_was_set_unnoticed_is_ended()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        loop.Store.SetsWatchesLate = true;
        await loop.AnnounceAsync(10);
        Assert.Single(loop.Store.Watches, watch => watch.Token.StartsWith(StoreEvent.NodeToken));
        loop.Store.SetsWatchesLate = false;
        await loop.AnnounceAsync();
        Assert.DoesNotContain(loop.Store.Watches, watch => watch.Token.StartsWith(StoreEvent.NodeToken));
    }

    /// <summary>A turn may wait a second for a slow store: one that changes its node all the time must not be the only one that is read.</summary>
    [Fact]
    public async Task With_a_slow_store_each_peer_has_its_turn()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        int[] peers = [10, 20, 30];
        await loop.AnnounceAsync(peers);
        loop.Store.BeforeRead = path => loop.Clock.Pass(TimeSpan.FromSeconds(peers.Any(peer => path == loop.NodeOf(peer)) ? 1.5 : 0));
        loop.Store.Reads.Clear();
        loop.NoteNode(20);
        loop.NoteNode(30);
        for (int second = 0; second < 20; second++)
        {
            loop.NoteNode(10);
            await loop.PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.All(peers, peer => Assert.Contains(loop.NodeOf(peer), loop.Store.Reads));
    }

    /// <summary>Each request that it does not answer takes seconds, in which no channel is looked after.</summary>
    [Fact]
    public async Task Of_a_store_that_stands_still_no_more_is_asked_in_the_same_turn()
    {
        PlayedLoop loop = new(100, new AgentOptions());
        int[] peers = [1, 2, 3, 4, 5];
        await loop.AnnounceAsync(peers);
        Array.ForEach(peers, loop.Request);
        await loop.TurnAsync();
        Assert.All(peers, peer => Assert.Contains(loop.NodeFor(peer), loop.Store.Nodes.Keys));

        loop.Store.Changes.Clear();
        loop.Store.Refuse = what => what.StartsWith($"rm {StoreNames.Channels}/", StringComparison.Ordinal) ? StoreStatus.TimedOut : StoreStatus.Ok;
        await loop.AnnounceAsync();
        Assert.Single(loop.Store.Changes, what => peers.Any(peer => what == $"rm {loop.NodeFor(peer)}"));

        loop.Store.Refuse = static _ => StoreStatus.Ok;
        await loop.PassAsync(TimeSpan.FromSeconds(10));
        Assert.All(peers, peer => Assert.DoesNotContain(loop.NodeFor(peer), loop.Store.Nodes.Keys));
        Assert.Empty(loop.Peers);
    }
}
