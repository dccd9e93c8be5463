namespace XenLoop.Interceptor.Rules;

/// <summary>A backend and everything that it held when it was read.</summary>
/// <param name="Backend">The backend that was read.</param>
/// <param name="Saved">The backend's rules; null if it could not list them, which means that this kernel does not have it, or that we may not use it.</param>
/// <param name="Failure">Why the backend could not list its rules; null if it could.</param>
internal sealed record BackendSurvey(RuleBackend Backend, SavedRules? Saved, RuleException? Failure)
{
    /// <summary>Reads every backend of this system once.</summary>
    /// <exception cref="RuleException">There is no backend.</exception>
    public static BackendSurvey[] Take(ProgramRunner runner) => Array.ConvertAll(RuleBackend.FindAll(runner), Take);

    /// <summary>
    /// The usable ones, the best first: the one that holds our chain, then the one that holds other rules, then nf_tables,
    /// the kernel's present-day way.
    /// </summary>
    /// <param name="all">From <see cref="Take(ProgramRunner)"/>.</param>
    /// <param name="wanted"><c>nft</c> or <c>legacy</c>: only that one.</param>
    /// <exception cref="RuleException">None is usable, or not the one that was asked for.</exception>
    public static BackendSurvey[] Rank(BackendSurvey[] all, string? wanted)
    {
        BackendSurvey[] asked = Array.FindAll(all, survey => wanted is null || survey.Backend.Name == $"iptables-{wanted}");
        if (asked.Length == 0)
        {
            throw new RuleException($"There is no iptables-{wanted} on this system. It has: {string.Join(", ", Array.ConvertAll(all, survey => survey.Backend.Name))}.");
        }

        BackendSurvey[] usable =
        [
            .. Array.FindAll(asked, survey => survey.Saved is { State.IsAbsent: false }),
            .. Array.FindAll(asked, survey => survey.Saved is { State.IsAbsent: true, OtherRules: > 0 }),
            .. Array.FindAll(asked, survey => survey.Saved is { State.IsAbsent: true, OtherRules: 0 }),
        ];
        return usable.Length > 0 ? usable : throw new RuleException(string.Join(' ', Array.ConvertAll(asked, survey => survey.Failure?.Message)));
    }

    /// <summary>Why this one was chosen, to follow "because".</summary>
    public string Reason(string? wanted) => Saved switch
    {
        _ when wanted is not null => "it was asked for",
        { State.IsAbsent: false } => "it holds xenloop's chain already",
        { OtherRules: > 0 } => "this system's other rules are in it",
        _ => "it works here and no other iptables holds rules",
    };

    private static BackendSurvey Take(RuleBackend backend)
    {
        try
        {
            return new BackendSurvey(backend, backend.ReadAll(), null);
        }
        catch (RuleException error)
        {
            return new BackendSurvey(backend, null, error);
        }
    }
}
