using System.Globalization;
using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Status;

/// <summary>What <c>xenloop guests</c> found, as people read it.</summary>
internal static class HostPrinter
{
    /// <summary>Prints the announcer, then the guests one after the other.</summary>
    /// <param name="announcerRuns">True if an announcer runs on this host; null if that cannot be seen.</param>
    /// <param name="guests">The guests, by domain number.</param>
    /// <param name="output">Takes the text.</param>
    public static void Print(bool? announcerRuns, IReadOnlyList<SurveyedGuest> guests, TextWriter output)
    {
        string announcer = announcerRuns switch
        {
            true => "runs",
            false => "none runs on this host: what follows is what the last one left; connected channels go on, no new ones open",
            null => "cannot be seen from here",
        };
        output.WriteLine($"announcer  {announcer}");
        foreach (SurveyedGuest guest in guests)
        {
            output.WriteLine($"{guest.Name}: domain {guest.Id}, {(guest.IsAnnounced ? "announced" : $"not announced: {guest.Reason}")}");
            if (guest.Advert is { } advert)
            {
                PrintAgent(guest, advert, output);
            }

            if (guest.IsAnnounced)
            {
                PrintPeers(guest, output);
            }
        }

        if (guests.Count == 0)
        {
            output.WriteLine("no guests");
        }
    }

    private static void PrintAgent(SurveyedGuest guest, Advert advert, TextWriter output)
    {
        output.WriteLine($"  agent      protocol {advert.Versions}");
        string network = guest.Network ?? (guest.IsAnnounced ? "on a network that the announcer's options name" : "on no known network");
        string held = guest.Addresses.IsEmpty ? "" : $", held to {string.Join(", ", guest.Addresses)}";
        output.WriteLine($"  vif        {advert.Mac}, {network}{held}");
        if (guest.Heartbeat is { } heartbeat)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  heartbeat  number {heartbeat.Sequence}, one each {heartbeat.Interval.TotalSeconds:0.#} s"));
        }
    }

    private static void PrintPeers(SurveyedGuest guest, TextWriter output)
    {
        List<string> peers = [];
        foreach ((DomainId domain, string name) in guest.Peers)
        {
            peers.Add($"{domain} {name}");
        }

        output.WriteLine($"  peers      {(peers.Count > 0 ? string.Join(", ", peers) : "none: no other guest that takes part shares its network; routed ones need addresses, too (ip=)")}");
    }
}
