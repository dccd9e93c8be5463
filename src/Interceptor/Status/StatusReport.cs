namespace XenLoop.Interceptor.Status;

/// <summary>What <c>xenloop status --json</c> prints: one guest's agent at one moment. Counters count since the agent started; <c>Standard</c> says what takes the standard path whoever it is for, and why.</summary>
internal sealed record StatusReport(
    string Version,
    string Name,
    int Domain,
    string Platform,
    string Interface,
    string Tap,
    bool Offload,
    double UptimeSeconds,
    AnnouncerReport Announcer,
    ProcessReport Process,
    RulesReport Rules,
    IReadOnlyList<string> Standard,
    IReadOnlyList<PeerReport> Peers);
