namespace XenLoop.Interceptor.Rules;

/// <summary>
/// Keeps the rules that hand packets for co-resident domains to their queues, in the calling thread's network namespace.
/// Not thread-safe; one call runs a few short programs.
/// </summary>
/// <remarks>
/// Nobody else's rules are touched: everything of ours is in one chain of our own, and the one rule outside of it, the
/// jump, is known by its comment. Each change is one commit of iptables-restore, so that at no moment half of it holds.
/// Every rule says <c>--queue-bypass</c>: rules that outlive the process let packets pass.
/// </remarks>
internal sealed class RuleInstaller(RuleOptions options, ProgramRunner runner)
{
    private readonly ConntrackProbe _probe = new(runner);
    private RuleTarget[] _targets = [];

    /// <summary>What is in place; null before <see cref="Install"/> and after <see cref="Remove"/>.</summary>
    public InstalledRules? Current { get; private set; }

    /// <summary>Chooses backend and form and puts the rules in place, instead of whatever an earlier run has left.</summary>
    /// <exception cref="RuleException">No backend takes them. Nothing is in place then.</exception>
    public InstalledRules Install(string networkInterface, IReadOnlyCollection<RuleTarget> targets)
    {
        BackendSurvey[] surveys = BackendSurvey.Take(runner);
        ConntrackDecision decision = Decide(new Lazy<BackendSurvey[]>(surveys));
        _targets = [.. targets];
        CaptureRule[] rules = CaptureRule.For(networkInterface, _targets, decision.Form);
        BackendSurvey[] unreadable = Array.FindAll(surveys, survey => survey.Failure is not null);
        List<string> failures = [.. Array.ConvertAll(unreadable, survey => survey.Failure!.Message)];
        foreach (BackendSurvey candidate in BackendSurvey.Rank(surveys, options.Backend))
        {
            try
            {
                Put(candidate.Backend, candidate.Saved!.State, decision, rules);
            }
            catch (RuleException error)
            {
                failures.Add(error.Message);
                continue;
            }

            // Rules in two places would queue every packet twice, also those of an earlier run that this iptables cannot show any more.
            foreach (BackendSurvey hidden in Array.FindAll(unreadable, survey => survey.Failure is { IsIncompatible: true }))
            {
                _ = hidden.Backend.RemoveUnseen();
            }

            foreach (BackendSurvey other in Array.FindAll(surveys, other => other != candidate && other.Saved is { State.IsAbsent: false }))
            {
                TakeAway(other.Backend, other.Saved!.State);
            }

            return Current = new InstalledRules(candidate.Backend, candidate.Reason(options.Backend), decision, networkInterface, rules);
        }

        throw new RuleException(string.Join(' ', failures));
    }

    /// <summary>Makes the rules in place say this; nothing is run if they do so already.</summary>
    /// <exception cref="RuleException">They could not be changed, and what was in place still is.</exception>
    /// <exception cref="InvalidOperationException">Nothing was installed.</exception>
    public void Update(string networkInterface, IReadOnlyCollection<RuleTarget> targets)
    {
        InstalledRules current = Installed();
        RuleTarget[] wanted = [.. targets];
        CaptureRule[] rules = CaptureRule.For(networkInterface, wanted, current.Decision.Form);
        if (!rules.AsSpan().SequenceEqual(current.Rules))
        {
            Put(current.Backend, current.Backend.ReadTable().State, current.Decision, rules);
            _targets = wanted;
            Current = current with { Interface = networkInterface, Rules = rules };
        }
    }

    /// <summary>
    /// Looks whether the rules are still as they were put, and whether connection tracking has come into use since, and
    /// mends what is not right. One run of iptables-save for one table and, while the rules are plain and the kernel could
    /// track connections, <see cref="ConntrackProbe.Decide"/>: some milliseconds, fit for every few seconds.
    /// </summary>
    /// <returns>True if something had to be mended.</returns>
    /// <exception cref="RuleException">It could not be mended, or not be looked at; <see cref="Current"/> is null if nothing is in place any more.</exception>
    /// <exception cref="InvalidOperationException">Nothing was installed.</exception>
    public bool Verify()
    {
        InstalledRules current = Installed();

        // Never back from conntrack to plain: that our own rules are gone is not a sign that nobody else's will come.
        var surveys = new Lazy<BackendSurvey[]>(() => BackendSurvey.Take(runner));
        ConntrackDecision decision = current.Decision.Form == RuleForm.Plain ? Decide(surveys) : current.Decision;
        bool changed = decision.Form != current.Decision.Form;
        CaptureRule[] rules = changed ? CaptureRule.For(current.Interface, _targets, decision.Form) : current.Rules;
        RuleState state = ReadState(current.Backend, surveys);
        if (!changed && state.IsExactly(decision.Exceptions, rules))
        {
            return false;
        }

        try
        {
            Put(current.Backend, state, decision, rules);
        }
        catch (RuleException) when (changed)
        {
            // Plain rules would take connections' first packets from whoever tracks them, and their answers would be nobody's.
            Current = null;
            TakeAway(current.Backend, state);
            throw;
        }

        Current = current with { Rules = rules, Decision = decision };
        return true;
    }

    /// <summary>Removes whatever is ours from every iptables of this system, whoever installed it; nothing if nothing is there.</summary>
    /// <returns>The backends that held something of ours.</returns>
    /// <exception cref="RuleException">Something is left or may be, or no iptables can be looked at; the message says what to do.</exception>
    public string[] Remove()
    {
        // Whoever installed the rules in this process knows that they are in one backend; else one that hides its rules may hold some.
        bool isKnown = Current is not null;
        Current = null;
        BackendSurvey[] surveys = BackendSurvey.Take(runner);
        BackendSurvey[] hidden = isKnown ? [] : Array.FindAll(surveys, survey => survey.Failure is { IsForbidden: true });
        List<string> failures = [.. Array.ConvertAll(hidden, survey => survey.Failure!.Message)];
        var removed = new List<string>();
        BackendSurvey[] incompatible = Array.FindAll(surveys, survey => survey.Failure is { IsIncompatible: true });
        foreach (BackendSurvey survey in incompatible)
        {
            TakeAwayUnseen(survey, removed, failures);
        }

        BackendSurvey[] usable = Array.FindAll(surveys, survey => survey.Saved is not null);
        foreach (FoundRules found in usable.Length == 0 && incompatible.Length > 0 ? [] : FindIn(usable.Length == 0 ? surveys : usable))
        {
            try
            {
                TakeAway(found.Backend, found.State);
                removed.Add(found.Backend.Name);
            }
            catch (RuleException error)
            {
                failures.Add(error.Message);
            }
        }

        return failures.Count == 0 ? [.. removed] : throw new RuleException(string.Join(' ', failures));
    }

    /// <summary>What is ours in the iptables of this system, whoever installed it; backends that hold nothing are left out.</summary>
    /// <exception cref="RuleException">An iptables does not show its rules.</exception>
    public FoundRules[] Show()
    {
        BackendSurvey[] surveys = BackendSurvey.Take(runner);
        return Array.Find(surveys, survey => survey.Failure is { IsForbidden: true } or { IsIncompatible: true }) is { } hidden
            ? throw hidden.Failure!
            : FindIn(surveys);
    }

    /// <summary>The text for <c>iptables-restore --noflush</c> that <see cref="Install"/> would apply where nothing of ours is.</summary>
    /// <exception cref="RuleException">A name or prefix that no rule can hold.</exception>
    public string Print(string networkInterface, IReadOnlyCollection<RuleTarget> targets)
    {
        ConntrackDecision decision = Decide(new Lazy<BackendSurvey[]>(() => BackendSurvey.Take(runner)));
        return RuleText.Install(decision.Exceptions, CaptureRule.For(networkInterface, targets, decision.Form), addJump: true);
    }

    /// <summary>What a backend holds of ours, from the surveys if they were taken, else read now.</summary>
    private static RuleState ReadState(RuleBackend backend, Lazy<BackendSurvey[]> surveys) =>
        surveys.IsValueCreated && Array.Find(surveys.Value, survey => survey.Backend.Name == backend.Name)?.Saved is { } saved
            ? saved.State
            : backend.ReadTable().State;

    private static FoundRules[] FindIn(BackendSurvey[] surveys) =>
        Array.ConvertAll(
            Array.FindAll(BackendSurvey.Rank(surveys, wanted: null), survey => !survey.Saved!.State.IsAbsent),
            survey => new FoundRules(survey.Backend, survey.Saved!.State));

    private static void Put(RuleBackend backend, RuleState state, ConntrackDecision decision, CaptureRule[] rules)
    {
        // A second jump would queue packets twice, and what stands behind ours would not see captured packets.
        if (state.Jumps.Length > 1 || state.IsFollowed)
        {
            backend.Restore(RuleText.Remove(state, keepChain: true));
            state = state with { Jumps = [] };
        }

        backend.Restore(RuleText.Install(decision.Exceptions, rules, addJump: state.Jumps.IsEmpty));
    }

    private static void TakeAway(RuleBackend backend, RuleState state)
    {
        try
        {
            backend.Restore(RuleText.Remove(state));
        }
        catch (RuleException error) when (state.HasChain)
        {
            // The kernel keeps a chain that a rule refers to. Traffic must be free all the same.
            backend.Restore(RuleText.Remove(state, keepChain: true));
            throw new RuleException($"xenloop's rules are gone, but their empty chain {RuleText.Chain} is not, most likely because somebody else's rule jumps to it; delete that rule and try again. {error.Message}", error);
        }
    }

    /// <summary>For a backend that cannot show all its tables: takes away what is ours without a look.</summary>
    private static void TakeAwayUnseen(BackendSurvey survey, List<string> removed, List<string> failures)
    {
        switch (survey.Backend.RemoveUnseen())
        {
            case UnseenRules.Removed:
                removed.Add(survey.Backend.Name);
                break;
            case UnseenRules.Emptied:
                failures.Add($"xenloop's rules are gone, but their empty chain {RuleText.Chain} and the jump to it are not. {survey.Failure!.Message} Then run xenloop cleanup.");
                break;
            case UnseenRules.Left:
                failures.Add($"xenloop's rules may still be there; they let all packets pass. {survey.Failure!.Message} Then run xenloop cleanup.");
                break;
        }
    }

    private InstalledRules Installed() => Current ?? throw new InvalidOperationException("No rules were installed.");

    private ConntrackDecision Decide(Lazy<BackendSurvey[]> surveys) =>
        options.Form is { } form ? new ConntrackDecision(form, "it was asked for") : _probe.Decide(surveys);
}
