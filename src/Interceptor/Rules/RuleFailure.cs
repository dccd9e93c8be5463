namespace XenLoop.Interceptor.Rules;

/// <summary>Puts what iptables says on failure into words that help.</summary>
internal static class RuleFailure
{
    private const int LockTimeoutExitCode = 4;

    /// <summary>iptables-nft-save ends with exit code 3 and these words at a rule that it cannot express in some way (<c>meta priority set</c>); at others it goes on (<see cref="RuleBackend"/>).</summary>
    private const string Unparsed = "Parsing nftables rule failed";

    private static readonly (string Said, string Advice)[] Known =
    [
        (Unparsed, "nft has put a rule into one of iptables' own tables that iptables cannot express. Move it to a table of its own."),
        ("xtables.lock", "iptables-legacy needs its lock file: run as root, or let this user write /run/xtables.lock, or name another file in XTABLES_LOCKFILE."),
        ("Permission denied", "It needs CAP_NET_ADMIN; iptables-legacy also CAP_NET_RAW. Run as root, or grant both to xenloop."),
        ("Operation not permitted", "It needs CAP_NET_ADMIN; iptables-legacy also CAP_NET_RAW. Run as root, or grant both to xenloop."),
        ("holding the xtables lock", "Another program keeps holding the firewall lock; try again."),
        ("NFQUEUE", "This kernel has no NFQUEUE target for this iptables: modprobe xt_NFQUEUE, or use the other iptables (xenloop rules install --backend nft or legacy)."),
        ("policy", "This kernel does IPsec, but has no policy match for this iptables, without which packets would be taken before they are encrypted: modprobe xt_policy."),
        ("conntrack", "This kernel has no conntrack match for this iptables: modprobe xt_conntrack."),
        ("multiport", "This kernel has no multiport match for this iptables: modprobe xt_multiport."),
        ("Could not fetch rule set generation id", "This kernel has no nf_tables, or this process may not use it: modprobe nf_tables, or use the other iptables (xenloop rules install --backend legacy)."),
        ("Table does not exist", "This kernel has no ip_tables: modprobe iptable_mangle, or use the other iptables (xenloop rules install --backend nft)."),
    ];

    /// <summary>The exception for a program that failed.</summary>
    public static RuleException ToException(string backend, string operation, ProgramResult result) => new(Explain(backend, operation, result))
    {
        IsIncompatible = result.Error.Contains(Unparsed, StringComparison.Ordinal),
        IsForbidden = result.Error.Contains("Permission denied", StringComparison.Ordinal) || result.Error.Contains("Operation not permitted", StringComparison.Ordinal),
    };

    /// <summary>One sentence on what failed, the program's words, and advice if the case is known.</summary>
    private static string Explain(string backend, string operation, ProgramResult result)
    {
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string words = string.Join("; ", Array.FindAll(lines, line => !line.StartsWith("Try `", StringComparison.Ordinal)));
        string advice = AdviceFor(words) ?? (result.ExitCode == LockTimeoutExitCode ? "Another program may hold the firewall's lock; try again." : "");
        return $"{backend} cannot {operation}: {(words.Length > 0 ? words : $"exit code {result.ExitCode}")}. {advice}".TrimEnd();
    }

    private static string? AdviceFor(string words)
    {
        foreach ((string said, string advice) in Known)
        {
            if (words.Contains(said, StringComparison.Ordinal))
            {
                return advice;
            }
        }

        return null;
    }
}
