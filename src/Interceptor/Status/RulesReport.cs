using System.Text.Json.Serialization;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Status;

/// <summary>The firewall rules that hand packets to the agent.</summary>
/// <param name="Backend">Which iptables; <c>none</c> if the user manages the rules.</param>
/// <param name="Form"><c>conntrack</c> or <c>plain</c>.</param>
/// <param name="Reason">Why that form.</param>
/// <param name="SparesTcp">True if SYNPROXY is in use, so no TCP is captured.</param>
internal sealed record RulesReport(string Backend, string Form, string Reason, bool SparesTcp = false)
{
    /// <summary>The form of the rules in force, of which <see cref="Form"/> is the word; null if none of the agent's are. Not part of the report.</summary>
    [JsonIgnore]
    public RuleForm? CaptureForm { get; init; }

    /// <summary>True if none are in force though some should be. Not part of the report, which says so in words.</summary>
    [JsonIgnore]
    public bool IsRefused { get; init; }

    /// <summary>Why they could not be brought up to date when that was last tried; null if they could. Not part of the report either.</summary>
    [JsonIgnore]
    public string? Problem { get; init; }
}
