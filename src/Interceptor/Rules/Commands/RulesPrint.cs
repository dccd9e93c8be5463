namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>The body of <c>xenloop rules print</c>.</summary>
internal static class RulesPrint
{
    /// <summary>Writes what <c>rules install</c> would feed to <c>iptables-restore --noflush</c>, and changes nothing.</summary>
    /// <param name="networkInterface">The interface that packets to the peers leave by.</param>
    /// <param name="targets">The peers.</param>
    /// <param name="options">What was asked for beyond that.</param>
    /// <param name="output">Where the text goes.</param>
    /// <returns>The exit code 0.</returns>
    /// <exception cref="RuleException">A name or prefix that no rule can hold.</exception>
    public static int Run(string networkInterface, IReadOnlyCollection<RuleTarget> targets, RuleOptions options, TextWriter output)
    {
        output.Write(new RuleInstaller(options, new ProgramRunner()).Print(networkInterface, targets));
        return 0;
    }
}
