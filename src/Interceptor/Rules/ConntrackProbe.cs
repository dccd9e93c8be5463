using System.Globalization;

namespace XenLoop.Interceptor.Rules;

/// <summary>
/// Finds out whether the kernel tracks connections in this network namespace, without making it do so. A rule that only
/// mentions the conntrack match switches tracking on, so plain rules are the answer wherever nobody else wants it.
/// </summary>
internal sealed class ConntrackProbe(ProgramRunner runner)
{
    private const string CountFile = "/proc/sys/net/netfilter/nf_conntrack_count";

    private const string SynProxy = "synproxy";

    /// <summary>Words of nft's that make the kernel track connections.</summary>
    private static readonly string[] TrackingWords = ["ct", "masquerade", "snat", "dnat", "redirect", SynProxy, "notrack", "flowtable"];

    /// <summary>Decides which form the rules take. Where the module is not loaded this is one failed open; else a few short programs (some 10 ms).</summary>
    /// <param name="surveys">Whose rules to look through; taken only if needed.</param>
    public ConntrackDecision Decide(Lazy<BackendSurvey[]> surveys)
    {
        if (ReadCount() is not { } count)
        {
            return new ConntrackDecision(RuleForm.Plain, "the kernel has no connection tracking loaded");
        }

        (string? nftUser, bool nftSynProxy) = FindUsersInNft();
        bool sparesTcp = nftSynProxy || Array.Exists(surveys.Value, survey => survey.Saved is { HasSynProxy: true });

        // Rules of ours that an earlier run left make the kernel track connections: then entries tell nothing.
        bool countIsOurs = Array.Exists(surveys.Value, survey => survey.Saved is { State.TracksConnections: true });
        if (count > 0 && !countIsOurs)
        {
            return InUse(string.Create(CultureInfo.InvariantCulture, $"the kernel tracks connections here ({count} when the rules were chosen)"), sparesTcp);
        }

        foreach (BackendSurvey survey in surveys.Value)
        {
            if (survey.Saved?.ConntrackUser is { } rule)
            {
                return InUse($"{survey.Backend.Name} has rules that need connection tracking, for example: {rule}", sparesTcp);
            }
        }

        return nftUser is not null
            ? InUse($"nftables has rules that need connection tracking, for example: {nftUser}", sparesTcp)
            : new ConntrackDecision(RuleForm.Plain, "nothing here uses connection tracking");
    }

    private static ConntrackDecision InUse(string reason, bool sparesTcp) => new(RuleForm.Conntrack, reason) { SparesTcp = sparesTcp };

    private static long? ReadCount()
    {
        try
        {
            return long.TryParse(File.ReadAllText(CountFile).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Rules that no iptables shows: the first that needs connection tracking, and whether one is of SYNPROXY. Without the nft program there can hardly be any.</summary>
    private (string? First, bool HasSynProxy) FindUsersInNft()
    {
        if (runner.Find("nft") is not { } nft)
        {
            return default;
        }

        // Stateless and terse: a set of a million addresses is none of our business.
        ProgramResult result;
        try
        {
            result = runner.Run(nft, ["-s", "-t", "list", "ruleset"]);
        }
        catch (RuleException)
        {
            // What it does not tell must not keep the rules from being installed: the kernel's own count says most of it.
            return default;
        }

        bool ours = false;
        string? first = null;
        bool hasSynProxy = false;
        foreach (string printed in result.Output.Split('\n'))
        {
            string line = printed.Trim();
            if (line.StartsWith("chain ", StringComparison.Ordinal))
            {
                ours = line == $"chain {RuleText.Chain} {{";
            }
            else if (!ours && !line.StartsWith('#') && RuleWords.Split(line) is var words && words.Exists(word => TrackingWords.Contains(word)))
            {
                first ??= line;
                hasSynProxy |= words.Contains(SynProxy);
            }
        }

        return (first, hasSynProxy);
    }
}
