namespace XenLoop.Interceptor.Status;

/// <summary>What <c>xenloop status --json</c> prints: one guest's agent at one moment. Counters count since the agent started.</summary>
/// <param name="Version">The version of xenloop.</param>
/// <param name="Name">The agent's name.</param>
/// <param name="Domain">The guest's domain number; -1: not yet known.</param>
/// <param name="Platform">What connects the guests: <c>xen</c> or <c>local</c>.</param>
/// <param name="Interface">The interface that is served.</param>
/// <param name="Tap">The TAP through which packets from peers come in.</param>
/// <param name="Offload">True if super-packets and partial checksums cross the channels.</param>
/// <param name="UptimeSeconds">Seconds since the agent started.</param>
/// <param name="Announcer">Dom0's announcer as this guest sees it.</param>
/// <param name="Process">The agent's own process.</param>
/// <param name="Rules">The firewall rules that hand packets to the agent.</param>
/// <param name="Standard">What takes the standard path whoever it is for, and why.</param>
/// <param name="Peers">The co-resident peers, by domain number.</param>
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
