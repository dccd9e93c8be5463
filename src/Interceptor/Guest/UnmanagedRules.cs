using System.Collections.Immutable;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Guest;

/// <summary><c>--rules none</c>: the user installs the rules.</summary>
internal sealed class UnmanagedRules : IFirewallRules
{
    /// <inheritdoc/>
    public RulesReport Report { get; } = new("none", "yours", "--rules none was given; see: xenloop rules print");

    /// <inheritdoc/>
    public void Apply(string networkInterface, ImmutableArray<CapturedPrefix> prefixes)
    {
        // Not ours to change.
    }

    /// <inheritdoc/>
    public bool Verify() => false;

    /// <inheritdoc/>
    public void EndWithin(TimeSpan limit)
    {
        // Nothing is ever under way.
    }

    /// <inheritdoc/>
    public void Remove()
    {
        // Not ours to remove.
    }
}
