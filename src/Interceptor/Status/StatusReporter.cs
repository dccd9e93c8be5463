using System.Collections.Immutable;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Status;

/// <summary>Puts the report together from what the parts of an agent say.</summary>
internal static class StatusReporter
{
    private static readonly string[] AcceptNames =
        ["no-channel", "peer-stalled", "truncated", "udp-gso", "unsupported-offload", "too-large", "not-ipv4", "other-destination", "foreign-source"];

    private static readonly string[] DropNames = ["malformed", "source-address", "destination-address", "inject-failed"];

    /// <summary>The report on the calling process.</summary>
    public static ProcessReport Process() => new(
        Environment.WorkingSet,
        GC.CollectionCount(0),
        GC.GetTotalAllocatedBytes(),
        Directory.GetDirectories("/proc/self/task").Length);

    /// <summary>One peer's part of the report.</summary>
    /// <param name="status">The peer and the state of its channel.</param>
    /// <param name="port">The peer's port in the data path, if it has one.</param>
    /// <param name="plan">What is captured.</param>
    /// <param name="obstacle">Why nothing is captured for it; empty if something is.</param>
    /// <param name="now">The present time.</param>
    public static PeerReport Peer(PeerStatus status, PeerPort? port, DestinationPlan plan, string obstacle, DateTimeOffset now)
    {
        DomainId domain = status.Peer.Id;
        PortCounters counters = port?.Counters ?? new PortCounters();
        (int used, int capacity) = port?.RingFill ?? default;
        bool backingOff = status.State == NegotiationState.Idle && status.BackOffUntil > now;
        return new PeerReport(
            domain.Value,
            status.Peer.Name,
            backingOff ? "backoff" : Name(status.State),
            obstacle.Length > 0 ? "standard" : port?.State switch { PortState.Open => "fast", PortState.Held => "held", _ => "standard" },
            Reason(obstacle, status.State != NegotiationState.Connected ? status.LastFailure : port?.State == PortState.Stalled ? "takes what it is sent too slowly" : ""),
            Texts(status.Peer.Macs),
            Texts(status.Peer.Addresses),
            PrefixesOf(domain, plan),
            port?.Queue.Number ?? 0,
            status.RingBytes,
            new SentReport(
                counters.SentPackets,
                counters.SentBytes,
                counters.SentDoorbells,
                counters.Holds,
                counters.HeldMilliseconds,
                capacity == 0 ? 0 : (int)(100L * used / capacity)),
            new ReceivedReport(counters.ReceivedPackets, counters.ReceivedBytes, counters.ReceivedDoorbells, counters.Waits, counters.SpaceDoorbells),
            Named(AcceptNames, counters.Accepted),
            Named(DropNames, counters.Dropped));
    }

    private static string Reason(string obstacle, string failure) =>
        obstacle.Length > 0 && failure.Length > 0 ? $"{obstacle}; {failure}" : obstacle + failure;

    private static string Name(NegotiationState state) => state switch
    {
        NegotiationState.Idle => "idle",
        NegotiationState.Connected => "connected",
        NegotiationState.Closing => "closing",
        _ => "negotiating",
    };

    private static string[] Texts<T>(ImmutableArray<T> addresses)
        where T : struct
    {
        string[] texts = new string[addresses.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = addresses[i].ToString()!;
        }

        return texts;
    }

    private static List<string> PrefixesOf(DomainId domain, DestinationPlan plan)
    {
        List<string> prefixes = [];
        foreach (Destination destination in plan.Destinations)
        {
            if (destination.Domain == domain)
            {
                prefixes.Add(destination.Prefix.ToString());
            }
        }

        return prefixes;
    }

    private static Dictionary<string, ulong> Named(string[] names, ReadOnlySpan<ulong> counts)
    {
        var named = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            named.Add(names[i], counts[i]);
        }

        return named;
    }
}
