using System.Text.Json;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Status;

/// <summary>What <c>xenloop guests</c> found, as programs read it.</summary>
internal static class HostJson
{
    /// <summary>An object.</summary>
    /// <param name="platform">What connects the guests: <c>xen</c> or <c>local</c>.</param>
    /// <param name="announcerRuns">True if an announcer runs on this host; null if that cannot be seen.</param>
    /// <param name="guests">The guests, by domain number.</param>
    public static string Of(string platform, bool? announcerRuns, IReadOnlyList<SurveyedGuest> guests) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("version", ProductVersion.Text);
        json.WriteString("platform", platform);
        if (announcerRuns is { } runs)
        {
            json.WriteBoolean("announcerRuns", runs);
        }
        else
        {
            json.WriteNull("announcerRuns");
        }

        json.WriteStartArray("guests");
        foreach (SurveyedGuest guest in guests)
        {
            WriteGuest(json, guest);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteGuest(Utf8JsonWriter json, SurveyedGuest guest)
    {
        json.WriteStartObject();
        json.WriteNumber("domain", guest.Id.Value);
        json.WriteString("name", guest.Name);
        json.WriteBoolean("announced", guest.IsAnnounced);
        json.WriteString("reason", guest.Reason);
        json.WriteBoolean("advert", guest.HasAdvert);
        json.WriteString("protocol", guest.Advert?.Versions.ToString());
        json.WriteString("mac", guest.Advert?.Mac.ToString());
        json.WriteString("network", guest.Network);
        json.WriteStartArray("addresses");
        foreach (InternetAddress address in guest.Addresses)
        {
            json.WriteStringValue(address.ToString());
        }

        json.WriteEndArray();
        if (guest.Heartbeat is { } heartbeat)
        {
            json.WriteStartObject("heartbeat");
            json.WriteNumber("sequence", heartbeat.Sequence);
            json.WriteNumber("intervalSeconds", heartbeat.Interval.TotalSeconds);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("heartbeat");
        }

        json.WriteStartArray("peers");
        foreach ((DomainId domain, string name) in guest.Peers)
        {
            json.WriteStartObject();
            json.WriteNumber("domain", domain.Value);
            json.WriteString("name", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
