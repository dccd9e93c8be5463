namespace XenLoop.Interceptor.Rules;

/// <summary>What <see cref="RuleInstaller"/> has put in place.</summary>
/// <param name="Backend">The backend that holds them.</param>
/// <param name="BackendReason">Why that backend, in words that follow "because".</param>
/// <param name="Decision">The form of the rules, and why so.</param>
/// <param name="Interface">The interface that captured packets leave by.</param>
/// <param name="Rules">The rules themselves.</param>
internal sealed record InstalledRules(RuleBackend Backend, string BackendReason, ConntrackDecision Decision, string Interface, CaptureRule[] Rules);
