using System.Globalization;

namespace XenLoop.Interceptor.Rules;

/// <summary>
/// Finds out whether the kernel tracks connections in this network namespace, without making it do so. A rule that only
/// mentions the conntrack match switches tracking on, so plain rules are the answer wherever nobody else wants it.
/// </summary>
internal sealed class ConntrackProbe(ProgramRunner runner)
{
    private const string CountFile = "/proc/sys/net/netfilter/nf_conntrack_count";

    /// <summary>Words of nft's that make the kernel track connections.</summary>
    private static readonly string[] TrackingWords = ["ct", "masquerade", "snat", "dnat", "redirect", "synproxy", "notrack", "flowtable"];

    /// <summary>Looks. Where the module is not loaded this is one failed open; else a few short programs (some 10 ms).</summary>
    /// <param name="surveys">Whose rules to look through; taken only if needed.</param>
    public ConntrackDecision Decide(Lazy<BackendSurvey[]> surveys)
    {
        if (ReadCount() is not { } count)
        {
            return new ConntrackDecision(RuleForm.Plain, "the kernel has no connection tracking loaded");
        }

        // Rules of ours that an earlier run left make the kernel track connections: then entries tell nothing.
        bool countIsOurs = Array.Exists(surveys.Value, survey => survey.Saved is { State.TracksConnections: true });
        if (count > 0 && !countIsOurs)
        {
            return new ConntrackDecision(RuleForm.Conntrack, string.Create(CultureInfo.InvariantCulture, $"the kernel tracks connections here ({count} at this moment)"));
        }

        foreach (BackendSurvey survey in surveys.Value)
        {
            if (survey.Saved?.ConntrackUser is { } rule)
            {
                return new ConntrackDecision(RuleForm.Conntrack, $"{survey.Backend.Name} has rules that need connection tracking, for example: {rule}");
            }
        }

        return FindUserInNft() is { } line
            ? new ConntrackDecision(RuleForm.Conntrack, $"nftables has rules that need connection tracking, for example: {line}")
            : new ConntrackDecision(RuleForm.Plain, "nothing here uses connection tracking");
    }

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

    /// <summary>Rules that no iptables shows. Without the nft program there can hardly be any.</summary>
    private string? FindUserInNft()
    {
        if (runner.Find("nft") is not { } nft)
        {
            return null;
        }

        // Stateless and terse: a set of a million addresses is none of our business.
        ProgramResult result = runner.Run(nft, ["-s", "-t", "list", "ruleset"]);
        bool ours = false;
        foreach (string printed in result.Output.Split('\n'))
        {
            string line = printed.Trim();
            if (line.StartsWith("chain ", StringComparison.Ordinal))
            {
                ours = line == $"chain {RuleText.Chain} {{";
            }
            else if (!ours && !line.StartsWith('#') && RuleWords.Split(line).Exists(word => TrackingWords.Contains(word)))
            {
                return line;
            }
        }

        return null;
    }
}
