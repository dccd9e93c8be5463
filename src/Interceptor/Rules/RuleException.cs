namespace XenLoop.Interceptor.Rules;

/// <summary>The firewall rules could not be read or changed. The message says what happened, what it means and what to do.</summary>
internal sealed class RuleException : Exception
{
    /// <summary>Makes an exception with a message for the user.</summary>
    public RuleException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>True if a permission was missing: what could not be read may then hold rules all the same.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>True if a table has rules that this iptables cannot show: it then shows none, or not all.</summary>
    public bool IsIncompatible { get; init; }
}
