using System.Text.Json;

namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>One rule as <c>--json</c> shows it.</summary>
/// <param name="Interface">The interface that the packets leave by.</param>
/// <param name="Destination">Address and prefix length.</param>
/// <param name="Domain">The number of the domain behind it; null for an exception.</param>
/// <param name="Queue">The queue that the packets go to; null for an exception.</param>
/// <param name="Form"><c>plain</c> or <c>conntrack</c>.</param>
internal sealed record RuleJson(string Interface, string Destination, int? Domain, int? Queue, string Form)
{
    /// <summary>Writes the rule as an object, without what is null.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("interface", Interface);
        json.WriteString("destination", Destination);
        if (Domain is { } domain)
        {
            json.WriteNumber("domain", domain);
        }

        if (Queue is { } queue)
        {
            json.WriteNumber("queue", queue);
        }

        json.WriteString("form", Form);
        json.WriteEndObject();
    }
}
