using System.Buffers;
using System.Globalization;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Rules;

/// <summary>One rule of the chain: as text for iptables-restore, and read back from what iptables-save prints.</summary>
/// <param name="Interface">The interface that the packet leaves by.</param>
/// <param name="Target">Which packets, and where to.</param>
/// <param name="Form">Which of these packets. Rules without a queue are always plain.</param>
internal sealed record CaptureRule(string Interface, RuleTarget Target, RuleForm Form)
{
    private const string DomainComment = "xenloop dom ";
    private const string ExceptionComment = "xenloop exception";

    private static readonly SearchValues<char> PlainNameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:@");

    /// <summary>iptables-save leaves this destination out.</summary>
    private const string Everywhere = "0.0.0.0/0";

    /// <summary>The matches of <see cref="RuleForm.Conntrack"/>. A packet that has no entry at all (untracked) passes them too (conntrack_mt in net/netfilter/xt_conntrack.c), rightly: nothing of it awaits confirmation.</summary>
    private const string ConntrackMatch = "-m conntrack --ctstatus CONFIRMED ! --ctstate SNAT,DNAT ";

    /// <summary>The rules for <paramref name="targets"/>, longest prefix first, so that exceptions come before what they except from.</summary>
    /// <exception cref="RuleException">An interface name or a prefix that iptables cannot take.</exception>
    public static CaptureRule[] For(string networkInterface, IReadOnlyCollection<RuleTarget> targets, RuleForm form)
    {
        if (!IsPlainName(networkInterface))
        {
            throw new RuleException($"'{networkInterface}' is no interface name that a firewall rule can hold: 1 to 15 letters, digits and . _ - : @ are.");
        }

        CaptureRule[] rules = Array.ConvertAll<RuleTarget, CaptureRule>([.. targets], target => target.Queue is null
            ? new CaptureRule(networkInterface, target with { Domain = default }, RuleForm.Plain)
            : new CaptureRule(networkInterface, target, form));
        Array.Sort(rules, Order);
        return Array.Find(rules, rule => !rule.Target.Destination.Address.IsIPv4) is { } other
            ? throw new RuleException($"{other.Target.Destination} is not IPv4; other packets take the standard path and need no rule.")
            : rules;
    }

    /// <summary>The line of iptables-restore that adds the rule.</summary>
    public override string ToString()
    {
        string match = $"-A {RuleText.Chain} -o {Interface} -d {Target.Destination} {(Form == RuleForm.Conntrack ? ConntrackMatch : "")}-m comment --comment";
        return Target.Queue is { } queue
            ? string.Create(CultureInfo.InvariantCulture, $"{match} \"{DomainComment}{Target.Domain.Value}\" -j NFQUEUE --queue-num {queue} --queue-bypass")
            : $"{match} \"{ExceptionComment}\" -j RETURN";
    }

    private static int Order(CaptureRule left, CaptureRule right)
    {
        int order = right.Target.Destination.Length.CompareTo(left.Target.Destination.Length);
        return order != 0 ? order : left.Target.Destination.Address.Low.CompareTo(right.Target.Destination.Address.Low);
    }

    /// <summary>Reads a line of iptables-save, split into words; false if it is not exactly such a rule.</summary>
    public static bool TryParse(IReadOnlyList<string> words, out CaptureRule rule)
    {
        rule = null!;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 2; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "-m" or "!" when i + 1 < words.Count:
                    // Modules follow from their options; the inverted state is told apart below.
                    found[words[i] + words[i + 1]] = "";
                    i += words[i] == "-m" ? 1 : 0;
                    break;
                case "--queue-bypass":
                    found[words[i]] = "";
                    break;
                case "-o" or "-d" or "-j" or "--comment" or "--queue-num" or "--ctstate" or "--ctstatus" when i + 1 < words.Count:
                    found[words[i]] = words[i + 1];
                    i++;
                    break;
                default:
                    return false;
            }
        }

        bool tracked = found.GetValueOrDefault("--ctstatus") == "CONFIRMED" && found.GetValueOrDefault("--ctstate") == "SNAT,DNAT" && found.ContainsKey("!--ctstate");
        if (!found.TryGetValue("-o", out string? networkInterface)
            || !IsPlainName(networkInterface)
            || !InternetPrefix.TryParse(found.GetValueOrDefault("-d", Everywhere), out InternetPrefix destination)
            || HasOtherInversion(found)
            || (!tracked && (found.ContainsKey("--ctstate") || found.ContainsKey("--ctstatus")))
            || !TryParseVerdict(found, out DomainId domain, out ushort? queue))
        {
            return false;
        }

        rule = new CaptureRule(networkInterface, new RuleTarget(destination, domain, queue), tracked ? RuleForm.Conntrack : RuleForm.Plain);
        return true;
    }

    private static bool HasOtherInversion(Dictionary<string, string> found)
    {
        foreach (string key in found.Keys)
        {
            if (key[0] == '!' && key != "!--ctstate")
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryParseVerdict(Dictionary<string, string> found, out DomainId domain, out ushort? queue)
    {
        domain = default;
        queue = null;
        string comment = found.GetValueOrDefault("--comment", "");
        switch (found.GetValueOrDefault("-j"))
        {
            case "RETURN":
                return comment == ExceptionComment;
            case "NFQUEUE" when found.ContainsKey("--queue-bypass")
                && ushort.TryParse(found.GetValueOrDefault("--queue-num"), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
                && comment.StartsWith(DomainComment, StringComparison.Ordinal)
                && DomainId.TryParse(comment.AsSpan(DomainComment.Length), out domain):
                queue = number;
                return true;
            default:
                return false;
        }
    }

    /// <summary>True for a name that a rule can hold. Kernel names may hold more, but a rule's text is not a place for it; and iptables reads a final + as a pattern.</summary>
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and < Native.LibC.IF_NAMESIZE && !name.ContainsAnyExcept(PlainNameCharacters) && name[0] != '-';
}
