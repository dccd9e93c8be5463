using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>
/// The mirror's working copy: takes rtnetlink messages, from dumps and multicasts alike.
/// </summary>
/// <remarks>
/// Routes are not followed message by message, because the kernel does not tell all: it drops IPv4 routes without a word
/// when their interface goes down or their preferred source address goes (fib_sync_down_dev and fib_sync_down_addr in
/// net/ipv4/fib_semantics.c), or the nexthop object that they name (__remove_nexthop_fib in net/ipv4/nexthop.c). Anything that may have touched them marks them stale instead, and the mirror lists them again.
/// </remarks>
internal sealed class NetworkState(AddressFamilySet families)
{
    public ImmutableSortedDictionary<int, LinkEntry> Links { get; private set; } = NetworkSnapshot.Empty.Links;

    public ImmutableHashSet<AddressEntry> Addresses { get; private set; } = [];

    public ImmutableDictionary<(int Interface, InternetAddress Address), NeighbourEntry> Neighbours { get; private set; } = NetworkSnapshot.Empty.Neighbours;

    /// <summary>True if the routes have to be listed again.</summary>
    public bool RoutesAreStale { get; set; }

    /// <summary>True if the policy rules have to be listed again.</summary>
    public bool RulesAreStale { get; set; }

    /// <summary>True if the queueing disciplines have to be listed again.</summary>
    public bool QdiscsAreStale { get; set; }

    public void ForgetLinks() => Links = Links.Clear();

    public void ForgetAddresses() => Addresses = Addresses.Clear();

    public void ForgetNeighbours() => Neighbours = Neighbours.Clear();

    /// <summary>Takes one message; what is malformed or of no concern changes nothing.</summary>
    public void Apply(in NetlinkMessageReader message)
    {
        switch (message.Header.nlmsg_type)
        {
            case LinuxRtnetlink.RTM_NEWLINK:
                ApplyLink(message);
                break;
            case LinuxRtnetlink.RTM_DELLINK:
                RemoveLink(message);
                break;
            case LinuxRtnetlink.RTM_NEWADDR:
                if (AddressEntry.TryRead(message, families, out AddressEntry added))
                {
                    Addresses = Addresses.Add(added);
                }

                break;
            case LinuxRtnetlink.RTM_DELADDR:
                if (AddressEntry.TryRead(message, families, out AddressEntry removed))
                {
                    Addresses = Addresses.Remove(removed);
                    RoutesAreStale = true;
                }

                break;
            case LinuxRtnetlink.RTM_NEWNEIGH:
                if (NeighbourEntry.TryRead(message, families, out NeighbourEntry neighbour)
                    && Neighbours.GetValueOrDefault((neighbour.Interface, neighbour.Address)) != neighbour)
                {
                    Neighbours = Neighbours.SetItem((neighbour.Interface, neighbour.Address), neighbour);
                }

                break;
            case LinuxRtnetlink.RTM_DELNEIGH:
                if (NeighbourEntry.TryRead(message, families, out NeighbourEntry gone))
                {
                    Neighbours = Neighbours.Remove((gone.Interface, gone.Address));
                }

                break;
            case LinuxRtnetlink.RTM_NEWROUTE or LinuxRtnetlink.RTM_DELROUTE or LinuxRtnetlink.RTM_NEWNEXTHOP or LinuxRtnetlink.RTM_DELNEXTHOP:
                RoutesAreStale = true;
                break;
            case LinuxRtnetlink.RTM_NEWRULE or LinuxRtnetlink.RTM_DELRULE:
                RulesAreStale = true;
                break;
            case LinuxRtnetlink.RTM_NEWQDISC or LinuxRtnetlink.RTM_DELQDISC:
                // Those below one that goes, go without a word (qdisc_destroy in net/sched/sch_generic.c).
                QdiscsAreStale = true;
                break;
        }
    }

    private void ApplyLink(in NetlinkMessageReader message)
    {
        if (!LinkEntry.TryRead(message, Links.GetValueOrDefault, out LinkEntry link))
        {
            return;
        }

        LinkEntry? before = Links.GetValueOrDefault(link.Index);
        if (before != link)
        {
            RoutesAreStale |= before?.IsUp != link.IsUp || before.HasCarrier != link.HasCarrier;
            Links = Links.SetItem(link.Index, link);
        }
    }

    private void RemoveLink(in NetlinkMessageReader message)
    {
        if (!LinkEntry.TryRead(message, Links.GetValueOrDefault, out LinkEntry link))
        {
            return;
        }

        Links = Links.Remove(link.Index);
        ForgetThoseOn(link.Index);
        RoutesAreStale = true;
    }

    /// <summary>Forgets the addresses and neighbours of an interface that is gone. The collections are immutable: each loop walks the state before the first removal.</summary>
    private void ForgetThoseOn(int index)
    {
        foreach (AddressEntry address in Addresses)
        {
            if (address.Interface == index)
            {
                Addresses = Addresses.Remove(address);
            }
        }

        foreach ((int Interface, InternetAddress Address) key in Neighbours.Keys)
        {
            if (key.Interface == index)
            {
                Neighbours = Neighbours.Remove(key);
            }
        }
    }
}
