using System.Collections.Immutable;

namespace XenLoop.Interceptor.Rules;

/// <summary>The output of iptables-save, read.</summary>
/// <param name="State">What is ours in it.</param>
/// <param name="OtherRules">How many rules are not ours.</param>
/// <param name="ConntrackUser">One of the other rules that needs connection tracking; null if none does.</param>
internal sealed record SavedRules(RuleState State, int OtherRules, string? ConntrackUser)
{
    private const string SynProxyVerdict = "SYNPROXY";

    private static readonly string[] ConntrackModules =
        ["conntrack", "state", "connmark", "connbytes", "connlimit", "connlabel", "helper", "cluster"];

    private static readonly string[] ConntrackVerdicts =
        ["MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP", "CT", "NOTRACK", SynProxyVerdict, "CONNMARK", "CONNSECMARK"];

    /// <summary>True if one of the other rules is of SYNPROXY, which answers for servers until clients have proven that they are there.</summary>
    public bool HasSynProxy { get; init; }

    /// <summary>Reads all tables that <paramref name="text"/> holds.</summary>
    public static SavedRules Parse(string text)
    {
        bool hasChain = false;
        bool hasSynProxy = false;
        bool isFollowed = false;
        int strange = 0;
        int others = 0;
        string? conntrackUser = null;
        var jumps = ImmutableArray.CreateBuilder<string>();
        var exceptions = ImmutableArray.CreateBuilder<string>();
        var rules = ImmutableArray.CreateBuilder<CaptureRule>();
        string table = "";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '*')
            {
                table = line[1..].TrimEnd();
                continue;
            }

            hasChain |= table == RuleText.Table && line.StartsWith($":{RuleText.Chain} ", StringComparison.Ordinal);
            List<string> words = RuleWords.Split(line);
            if (words.Count < 2 || words[0] != "-A")
            {
                continue;
            }

            string chain = words[1];
            if (table == RuleText.Table && chain == RuleText.Chain)
            {
                if (StandingExceptions.Contains(line.TrimEnd()) && rules.Count + strange == 0)
                {
                    exceptions.Add(line.TrimEnd());
                }
                else if (CaptureRule.TryParse(words, out CaptureRule rule))
                {
                    rules.Add(rule);
                }
                else
                {
                    strange++;
                }
            }
            else if (table == RuleText.Table && chain == RuleText.Hook && IsOurJump(words))
            {
                jumps.Add(line[(line.IndexOf(RuleText.Hook, StringComparison.Ordinal) + RuleText.Hook.Length + 1)..]);
            }
            else
            {
                others++;
                isFollowed |= jumps.Count > 0 && table == RuleText.Table && chain == RuleText.Hook;
                conntrackUser ??= NeedsConntrack(words) ? line : null;
                hasSynProxy |= ValueOf(words, "-j") == SynProxyVerdict;
            }
        }

        var state = new RuleState(hasChain, jumps.ToImmutable(), rules.ToImmutable(), strange) { Exceptions = exceptions.ToImmutable(), IsFollowed = isFollowed };
        return new SavedRules(state, others, conntrackUser) { HasSynProxy = hasSynProxy };
    }

    private static bool IsOurJump(List<string> words) => ValueOf(words, "-j") == RuleText.Chain && ValueOf(words, "--comment") == RuleText.JumpComment;

    private static bool NeedsConntrack(List<string> words)
    {
        for (int i = 0; i + 1 < words.Count; i++)
        {
            if ((words[i] == "-m" && ConntrackModules.Contains(words[i + 1]))
                || (words[i] == "-j" && ConntrackVerdicts.Contains(words[i + 1])))
            {
                return true;
            }
        }

        return false;
    }

    private static string? ValueOf(List<string> words, string option)
    {
        int place = words.IndexOf(option);
        return place >= 0 && place + 1 < words.Count ? words[place + 1] : null;
    }
}
