using System.Collections.Immutable;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Takes a dump of the queueing disciplines and keeps those that delay, drop or reorder packets as their administrator wishes, and where arriving packets can be redirected.</summary>
internal sealed class QdiscCollector : INetlinkDumpVisitor
{
    private const string IngressHook = "clsact";

    /// <summary>The qdisc that shapes only if it has a limit for each flow; otherwise all that it does to a packet is give it its turn.</summary>
    private const string FairQueue = "fq";

    /// <summary>The qdiscs that send a packet as soon as the interface takes it: what a packet misses that does not go through them is its turn.</summary>
    private static readonly string[] Plain =
    [
        "noqueue", "noop", "pfifo_fast", "pfifo", "bfifo", "pfifo_head_drop", "mq", "mqprio", "multiq", "prio", "skbprio",
        "sfq", "fq", "fq_codel", "fq_pie", "codel", "pie", "red", "choke", "sfb", "drr", "ets", "hhf", "ingress", IngressHook,
    ];

    private readonly ImmutableArray<int>.Builder _ingressHooks = ImmutableArray.CreateBuilder<int>();
    private readonly ImmutableSortedDictionary<int, string>.Builder _shapers = ImmutableSortedDictionary.CreateBuilder<int, string>();

    /// <inheritdoc/>
    public void Restart()
    {
        _shapers.Clear();
        _ingressHooks.Clear();
    }

    /// <inheritdoc/>
    public void Visit(in NetlinkMessageReader message)
    {
        if (message.Header.nlmsg_type != LinuxRtnetlink.RTM_NEWQDISC || !message.TryReadBody(out tcmsg header, out AttributeReader attributes))
        {
            return;
        }

        bool isFair = false;
        while (attributes.MoveNext())
        {
            if (attributes.Type == LinuxTrafficControl.TCA_KIND)
            {
                string kind = attributes.GetString();
                if (kind == IngressHook)
                {
                    _ingressHooks.Add(header.tcm_ifindex);
                }

                if (!Plain.Contains(kind))
                {
                    AddShaper(header.tcm_ifindex, kind);
                }

                isFair = kind == FairQueue;
            }
            else if (isFair && attributes.Type == LinuxTrafficControl.TCA_OPTIONS && HasFlowLimit(attributes.Nested()))
            {
                AddShaper(header.tcm_ifindex, "fq maxrate");
            }
        }
    }

    private static bool HasFlowLimit(AttributeReader options)
    {
        while (options.MoveNext())
        {
            if (options.Type == LinuxTrafficControl.TCA_FQ_FLOW_MAX_RATE && options.TryGetUInt32(out uint rate))
            {
                return rate != uint.MaxValue;
            }
        }

        return false;
    }

    private void AddShaper(int networkInterface, string kind)
    {
        if (!_shapers.ContainsKey(networkInterface))
        {
            _shapers.Add(networkInterface, kind);
        }
    }

    /// <summary>Interfaces with a clsact qdisc, by index.</summary>
    public ImmutableArray<int> ToIngressHooks() => _ingressHooks.ToImmutable();

    /// <summary>The first qdisc of each interface that shapes, by the interface's index; <paramref name="before"/> itself if it says the same.</summary>
    public ImmutableSortedDictionary<int, string> ToShapers(ImmutableSortedDictionary<int, string> before)
    {
        if (before.Count == _shapers.Count)
        {
            bool same = true;
            foreach ((int networkInterface, string kind) in before)
            {
                same &= _shapers.GetValueOrDefault(networkInterface) == kind;
            }

            if (same)
            {
                return before;
            }
        }

        return _shapers.ToImmutable();
    }
}
