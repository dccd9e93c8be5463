namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>The body of <c>xenloop rules install</c>.</summary>
internal static class RulesInstall
{
    /// <summary>Puts the rules in place and says where and how.</summary>
    /// <param name="networkInterface">The interface that packets to the peers leave by.</param>
    /// <param name="targets">The peers.</param>
    /// <param name="options">What was asked for beyond that.</param>
    /// <param name="json">True: the answer is JSON.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <returns>The exit code 0.</returns>
    /// <exception cref="RuleException">It could not be done.</exception>
    public static int Run(string networkInterface, IReadOnlyCollection<RuleTarget> targets, RuleOptions options, bool json, TextWriter output)
    {
        InstalledRules installed = new RuleInstaller(options, new ProgramRunner()).Install(networkInterface, targets);
        if (json)
        {
            output.WriteLine(BackendRulesJson.ToJson([BackendRulesJson.Of(installed)]));
            return 0;
        }

        output.WriteLine($"{installed.Rules.Length} rule{(installed.Rules.Length == 1 ? "" : "s")} for {networkInterface} in {installed.Backend.Name}, because {installed.BackendReason}.");
        output.WriteLine($"Form: {installed.Decision.Form.Word()}, because {installed.Decision.Reason}.");
        return 0;
    }
}
