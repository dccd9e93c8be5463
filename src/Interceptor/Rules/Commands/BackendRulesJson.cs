using System.Text.Json;

namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>The rules in one backend as <c>--json</c> shows them.</summary>
/// <param name="Backend">Which iptables.</param>
/// <param name="IsReached">True if the jump to our chain is there.</param>
/// <param name="Rules">The rules of our chain.</param>
/// <param name="StrangeRules">How many rules in it are not of our making.</param>
/// <param name="Reason">Why the form is what it is; null if it was not decided now.</param>
internal sealed record BackendRulesJson(string Backend, bool IsReached, RuleJson[] Rules, int StrangeRules, string? Reason)
{
    /// <summary>The rules that have just been installed.</summary>
    public static BackendRulesJson Of(InstalledRules installed) =>
        new(installed.Backend.Name, true, Array.ConvertAll(installed.Rules, Of), 0, installed.Decision.Reason);

    /// <summary>The rules that were found in a backend.</summary>
    public static BackendRulesJson Of(RuleBackend backend, RuleState state) =>
        new(backend.Name, !state.Jumps.IsEmpty, Array.ConvertAll<CaptureRule, RuleJson>([.. state.Rules], Of), state.StrangeRules, null);

    /// <summary>JSON of a list of backends with their rules.</summary>
    public static string ToJson(BackendRulesJson[] views) => JsonText.Of(json =>
    {
        json.WriteStartArray();
        foreach (BackendRulesJson view in views)
        {
            view.Write(json);
        }

        json.WriteEndArray();
    });

    /// <summary>JSON of a list of backends by name.</summary>
    public static string ToJson(string[] backends) => JsonText.Of(json =>
    {
        json.WriteStartArray();
        Array.ForEach(backends, json.WriteStringValue);
        json.WriteEndArray();
    });

    private static RuleJson Of(CaptureRule rule) => new(
        rule.Interface,
        rule.Target.Destination.ToString(),
        rule.Target.Queue is null ? null : rule.Target.Domain.Value,
        rule.Target.Queue,
        rule.Form.Word());

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("backend", Backend);
        json.WriteBoolean("isReached", IsReached);
        json.WriteStartArray("rules");
        foreach (RuleJson rule in Rules)
        {
            rule.Write(json);
        }

        json.WriteEndArray();
        json.WriteNumber("strangeRules", StrangeRules);
        if (Reason is not null)
        {
            json.WriteString("reason", Reason);
        }

        json.WriteEndObject();
    }
}
