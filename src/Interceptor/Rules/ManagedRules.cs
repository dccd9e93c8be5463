using System.Collections.Immutable;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Rules;

/// <summary>The agent's own rules, kept by <see cref="RuleInstaller"/>. Nothing is in the firewall before there is a peer.</summary>
internal sealed class ManagedRules : IFirewallRules
{
    private static readonly RulesReport NothingYet = new("none", "none", "no peer needs any yet");
    private static readonly RulesReport Refused = new("none", "none", "the firewall refused them; the log says why") { IsRefused = true };

    private readonly ProgramRunner _runner;
    private readonly RuleInstaller _installer;
    private volatile RulesReport _report = NothingYet;

    /// <summary>True if whatever is in the firewall now is this process's: it has at least tried to replace or remove what it found.</summary>
    private bool _isOurs;

    /// <summary>The rules that were in place last, or that were to be and could not; null: none.</summary>
    private (string Interface, RuleTarget[] Targets)? _wanted;

    /// <summary>Nothing happens before <see cref="Apply"/>.</summary>
    public ManagedRules(RuleOptions options, ProgramRunner? runner = null)
    {
        _runner = runner ?? new ProgramRunner();
        _installer = new RuleInstaller(options, _runner);
    }

    /// <inheritdoc/>
    public RulesReport Report => _report;

    /// <inheritdoc/>
    public void Apply(string networkInterface, ImmutableArray<CapturedPrefix> prefixes)
    {
        var targets = new RuleTarget[prefixes.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = new RuleTarget(prefixes[i].Destination, prefixes[i].Domain, prefixes[i].Queue);
        }

        try
        {
            if (_installer.Current is not null)
            {
                _installer.Update(networkInterface, targets);
            }
            else if (Array.Exists(targets, target => target.Queue is not null))
            {
                _isOurs = true;
                _wanted = (networkInterface, targets);
                _installer.Install(networkInterface, targets);
            }

            _wanted = _installer.Current is null ? null : (networkInterface, targets);
        }
        finally
        {
            UpdateReport();
        }
    }

    /// <inheritdoc/>
    public bool Verify()
    {
        try
        {
            if (_installer.Current is not null)
            {
                return _installer.Verify();
            }

            if (_wanted is { } wanted)
            {
                // The last look took them away, because they could not become what they had to.
                _installer.Install(wanted.Interface, wanted.Targets);
                return true;
            }

            if (!_isOurs)
            {
                // What a killed agent left; nobody waits for it, because its --queue-bypass lets packets pass.
                _isOurs = true;
                _installer.Remove();
            }

            return false;
        }
        finally
        {
            UpdateReport();
        }
    }

    /// <inheritdoc/>
    public void EndWithin(TimeSpan limit) => _runner.EndWithin(limit);

    /// <inheritdoc/>
    public void Remove()
    {
        if (_isOurs)
        {
            _wanted = null;
            _installer.Remove();
            UpdateReport();
        }
    }

    private void UpdateReport() => _report = _installer.Current is { } current
        ? new RulesReport(current.Backend.Name, current.Decision.Form.Word(), current.Decision.Reason, current.Decision.SparesTcp) { CaptureForm = current.Decision.Form }
        : _wanted is null ? NothingYet : Refused;
}
