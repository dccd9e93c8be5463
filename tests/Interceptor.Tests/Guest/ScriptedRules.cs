using System.Collections.Immutable;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Tests.Guest;

/// <summary>A firewall that counts, and fails or is slow as told.</summary>
internal sealed class ScriptedRules : IFirewallRules
{
    /// <summary>How many more changes are refused.</summary>
    public int Failures { get; set; }

    /// <summary>Changes that were tried.</summary>
    public int Applied { get; private set; }

    public int Removed { get; private set; }

    public int Hurried { get; private set; }

    /// <summary>Set when the first change has begun.</summary>
    public ManualResetEventSlim Entered { get; } = new();

    /// <summary>While it is reset, changes do not end.</summary>
    public ManualResetEventSlim Slow { get; } = new(initialState: true);

    public RulesReport Report { get; } = new("none", "none", "a test");

    /// <summary>Of the last change that did not fail.</summary>
    public string LastInterface { get; private set; } = "";

    public void Apply(string networkInterface, ImmutableArray<CapturedPrefix> prefixes)
    {
        Applied++;
        Entered.Set();
        Slow.Wait();
        if (Failures > 0)
        {
            Failures--;
            throw new RuleException("refused");
        }

        LastInterface = networkInterface;
    }

    /// <summary>Looks whether they are still there.</summary>
    public int Verified { get; private set; }

    /// <summary>What each look finds: true, somebody has taken them away once more.</summary>
    public bool Contested { get; set; }

    public bool Verify()
    {
        Verified++;
        return Contested;
    }

    public void EndWithin(TimeSpan limit) => Hurried++;

    public void Remove() => Removed++;
}
