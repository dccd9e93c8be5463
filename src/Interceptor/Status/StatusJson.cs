using System.Text.Json;

namespace XenLoop.Interceptor.Status;

/// <summary>The report as programs read it: every property of <see cref="StatusReport"/>, in camel case.</summary>
internal static class StatusJson
{
    /// <summary>One agent's report, an object.</summary>
    public static string Of(StatusReport report) => JsonText.Of(json => Write(json, report));

    /// <summary>The reports of one or more agents, an array.</summary>
    /// <param name="reports">Reports as <see cref="Of"/> makes them.</param>
    public static string Join(IReadOnlyList<string> reports)
    {
        // Strings in JSON hold no line breaks as such: each one in the text starts a line.
        List<string> indented = [];
        foreach (string report in reports)
        {
            indented.Add("  " + report.Replace("\n", "\n  ", StringComparison.Ordinal));
        }

        return $"[\n{string.Join(",\n", indented)}\n]";
    }

    private static void Write(Utf8JsonWriter json, StatusReport report)
    {
        json.WriteStartObject();
        json.WriteString("version", report.Version);
        json.WriteString("name", report.Name);
        json.WriteNumber("domain", report.Domain);
        json.WriteString("platform", report.Platform);
        json.WriteString("interface", report.Interface);
        json.WriteString("tap", report.Tap);
        json.WriteBoolean("offload", report.Offload);
        json.WriteNumber("uptimeSeconds", report.UptimeSeconds);
        WriteAnnouncer(json, report.Announcer);
        WriteProcess(json, report.Process);
        WriteRules(json, report.Rules);
        json.WriteStrings("standard", report.Standard);
        json.WriteStartArray("peers");
        foreach (PeerReport peer in report.Peers)
        {
            WritePeer(json, peer);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAnnouncer(Utf8JsonWriter json, AnnouncerReport announcer)
    {
        json.WriteStartObject("announcer");
        json.WriteBoolean("alive", announcer.Alive);
        if (announcer.AgeSeconds is { } age)
        {
            json.WriteNumber("ageSeconds", age);
        }
        else
        {
            json.WriteNull("ageSeconds");
        }

        json.WriteBoolean("storeConnected", announcer.StoreConnected);
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessReport process)
    {
        json.WriteStartObject("process");
        json.WriteNumber("residentBytes", process.ResidentBytes);
        json.WriteNumber("gcCollections", process.GcCollections);
        json.WriteNumber("allocatedBytes", process.AllocatedBytes);
        json.WriteNumber("threads", process.Threads);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, RulesReport rules)
    {
        json.WriteStartObject("rules");
        json.WriteString("backend", rules.Backend);
        json.WriteString("form", rules.Form);
        json.WriteString("reason", rules.Reason);
        json.WriteBoolean("sparesTcp", rules.SparesTcp);
        json.WriteEndObject();
    }

    private static void WritePeer(Utf8JsonWriter json, PeerReport peer)
    {
        json.WriteStartObject();
        json.WriteNumber("domain", peer.Domain);
        json.WriteString("name", peer.Name);
        json.WriteString("state", peer.State);
        json.WriteString("path", peer.Path);
        json.WriteString("reason", peer.Reason);
        json.WriteStrings("macs", peer.Macs);
        json.WriteStrings("addresses", peer.Addresses);
        json.WriteStrings("destinations", peer.Destinations);
        json.WriteNumber("queue", peer.Queue);
        json.WriteNumber("ringBytes", peer.RingBytes);
        WriteSent(json, peer.Sent);
        WriteReceived(json, peer.Received);
        WriteCounts(json, "accepted", peer.Accepted);
        WriteCounts(json, "dropped", peer.Dropped);
        json.WriteEndObject();
    }

    private static void WriteSent(Utf8JsonWriter json, SentReport sent)
    {
        json.WriteStartObject("sent");
        json.WriteNumber("packets", sent.Packets);
        json.WriteNumber("bytes", sent.Bytes);
        json.WriteNumber("doorbells", sent.Doorbells);
        json.WriteNumber("holds", sent.Holds);
        json.WriteNumber("heldMilliseconds", sent.HeldMilliseconds);
        json.WriteNumber("ringFillPercent", sent.RingFillPercent);
        json.WriteEndObject();
    }

    private static void WriteReceived(Utf8JsonWriter json, ReceivedReport received)
    {
        json.WriteStartObject("received");
        json.WriteNumber("packets", received.Packets);
        json.WriteNumber("bytes", received.Bytes);
        json.WriteNumber("doorbells", received.Doorbells);
        json.WriteNumber("waits", received.Waits);
        json.WriteNumber("spaceDoorbells", received.SpaceDoorbells);
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, ulong> counts)
    {
        json.WriteStartObject(name);
        foreach ((string reason, ulong count) in counts)
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
    }
}
