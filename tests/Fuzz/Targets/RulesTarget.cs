using System.Text;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Fuzz.Targets;

/// <summary>What <c>iptables-save</c> prints: rules that anybody on this guest may have made, ours among them.</summary>
internal sealed class RulesTarget : FuzzTarget
{
    public override string Name => "rules";

    public override IEnumerable<byte[]> Seeds()
    {
        yield return """
            *mangle
            :POSTROUTING ACCEPT [0:0]
            :XENLOOP - [0:0]
            -A POSTROUTING -m comment --comment "xenloop jump" -j XENLOOP
            -A XENLOOP -d 10.0.0.2/32 -o eth0 -m comment --comment "xenloop dom 3" -j NFQUEUE --queue-num 7003 --queue-bypass
            -A XENLOOP -d 10.0.0.3/32 -o eth0 -m conntrack --ctstatus CONFIRMED ! --ctstate SNAT,DNAT -m comment --comment "xenloop dom 4" -j NFQUEUE --queue-num 7004 --queue-bypass
            COMMIT
            *filter
            -A INPUT -m state --state ESTABLISHED -j ACCEPT
            COMMIT
            """u8.ToArray();
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        SavedRules rules = SavedRules.Parse(Encoding.UTF8.GetString(input));
        InvariantException.Unless(rules.OtherRules >= 0, "Fewer than no rules.");
        foreach (CaptureRule rule in rules.State.Rules)
        {
            InvariantException.Unless(
                CaptureRule.TryParse(RuleWords.Split(rule.ToString()), out CaptureRule again) && again == rule,
                $"A rule of ours reads otherwise once written: {rule}");
        }
    }
}
