using System.Collections.Immutable;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules.Commands;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Rules;

/// <summary>The agent's own rules, kept by <see cref="RuleInstaller"/>. Nothing is in the firewall before there is a peer.</summary>
internal sealed class ManagedRules(string networkInterface, RuleOptions options) : IFirewallRules
{
    private static readonly RulesReport NothingYet = new("none", "none", "no peer needs any yet");

    private readonly RuleInstaller _installer = new(options, new ProgramRunner());
    private volatile RulesReport _report = NothingYet;

    /// <inheritdoc/>
    public RulesReport Report => _report;

    /// <inheritdoc/>
    public void Apply(ImmutableArray<CapturedPrefix> prefixes)
    {
        var targets = new RuleTarget[prefixes.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = new RuleTarget(prefixes[i].Destination, prefixes[i].Domain, prefixes[i].Queue);
        }

        if (_installer.Current is not null)
        {
            _installer.Update(targets);
        }
        else if (Array.Exists(targets, target => target.Queue is not null))
        {
            _installer.Install(networkInterface, targets);
        }

        UpdateReport();
    }

    /// <inheritdoc/>
    public bool Verify()
    {
        bool mended = _installer.Current is not null && _installer.Verify();
        UpdateReport();
        return mended;
    }

    /// <inheritdoc/>
    public void Remove()
    {
        _installer.Remove();
        UpdateReport();
    }

    private void UpdateReport() => _report = _installer.Current is { } current
        ? new RulesReport(current.Backend.Name, RulesView.Name(current.Decision.Form), current.Decision.Reason)
        : NothingYet;
}
