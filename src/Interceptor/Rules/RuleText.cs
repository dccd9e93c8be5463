using System.Text;

namespace XenLoop.Interceptor.Rules;

/// <summary>
/// The text that <c>iptables-restore --noflush</c> takes: a table's changes in one commit, all or nothing.
/// </summary>
/// <remarks>
/// <code>
/// mangle POSTROUTING --(comment "xenloop")--> XENLOOP: what must not be taken --> RETURN
///                                              one rule per destination --> NFQUEUE, or RETURN
/// </code>
/// The jump is the last rule: whatever other rules of the table do to a packet, also to drop it, is done before it is taken.
/// </remarks>
internal static class RuleText
{
    /// <summary>Where captures happen: packets of local programs and forwarded ones, after routing and before source translation.</summary>
    public const string Table = "mangle";

    /// <summary>The kernel's chain that jumps to ours.</summary>
    public const string Hook = "POSTROUTING";

    /// <summary>Our own chain.</summary>
    public const string Chain = "XENLOOP";

    /// <summary>The comment by which the jump is known as ours.</summary>
    public const string JumpComment = "xenloop";

    /// <summary>Takes away one jump, the chain and its rules; refused as a whole where one of them cannot be found.</summary>
    public const string RemoveUnseen = $"*{Table}\n-D {Hook} {Jump}\n-F {Chain}\n-X {Chain}\nCOMMIT\n";

    /// <summary>Takes the rules out of the chain.</summary>
    public const string Empty = $"*{Table}\n-F {Chain}\nCOMMIT\n";

    private const string Jump = $"-m comment --comment {JumpComment} -j {Chain}";

    /// <summary>Makes the chain hold these rules and nothing else.</summary>
    /// <param name="exceptions">From <see cref="StandingExceptions"/>.</param>
    /// <param name="rules">The rules, in this order.</param>
    /// <param name="addJump">False if the jump is there already.</param>
    public static string Install(IEnumerable<string> exceptions, IEnumerable<CaptureRule> rules, bool addJump)
    {
        // Naming an own chain empties it if it is there, and makes it if not, even with --noflush.
        var text = new StringBuilder($"*{Table}\n:{Chain} - [0:0]\n");
        foreach (string exception in exceptions)
        {
            text.Append(exception).Append('\n');
        }

        foreach (CaptureRule rule in rules)
        {
            text.Append(rule).Append('\n');
        }

        if (addJump)
        {
            text.Append($"-A {Hook} {Jump}\n");
        }

        return text.Append("COMMIT\n").ToString();
    }

    /// <summary>Takes away what <paramref name="state"/> shows of ours: the jumps first.</summary>
    /// <param name="state">What the backend holds of ours, as read just now.</param>
    /// <param name="keepChain">True: leaves the chain, empty.</param>
    public static string Remove(RuleState state, bool keepChain = false)
    {
        var text = new StringBuilder($"*{Table}\n");
        foreach (string jump in state.Jumps)
        {
            text.Append($"-D {Hook} {jump}\n");
        }

        if (state.HasChain)
        {
            text.Append($"-F {Chain}\n{(keepChain ? "" : $"-X {Chain}\n")}");
        }

        return text.Append("COMMIT\n").ToString();
    }
}
