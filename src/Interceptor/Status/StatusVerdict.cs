namespace XenLoop.Interceptor.Status;

/// <summary>What an agent lacks for the fast path, in words for people; for <c>xenloop status --check</c>. That no peer is there, or none is connected, is no fault.</summary>
internal static class StatusVerdict
{
    /// <summary>What is wrong; empty if nothing is.</summary>
    public static string Of(StatusReport report)
    {
        string announcer = OfAnnouncer(report.Announcer);
        string? rules = report.Rules.Problem ?? (report.Rules.IsRefused ? report.Rules.Reason : null);
        return (announcer.Length > 0, rules is not null) switch
        {
            (true, true) => $"announcer: {announcer}; rules: {rules}",
            (true, false) => $"announcer: {announcer}",
            (false, true) => $"rules: {rules}",
            _ => string.Empty,
        };
    }

    /// <summary>What is wrong with the announcer; empty if nothing is.</summary>
    public static string OfAnnouncer(AnnouncerReport announcer) => announcer switch
    {
        { Alive: true, AgeSeconds: not null } => string.Empty,
        { StoreConnected: false } => "the store does not answer; connected channels go on, no new ones open",
        { AgeSeconds: null } => "not heard of: either none runs in Dom0, or it leaves this guest out (xenloop announce --deny, --allow); all traffic takes the standard path",
        _ => "silent; connected channels go on, no new ones open",
    };
}
