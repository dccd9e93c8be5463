namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>The body of <c>xenloop rules remove</c>, and of the rules' part of <c>xenloop cleanup</c>.</summary>
internal static class RulesRemove
{
    /// <summary>Removes everything of ours from the firewall, whoever installed it.</summary>
    /// <param name="json">True: the answer is JSON.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <returns>The exit code 0, also if nothing was there.</returns>
    /// <exception cref="RuleException">Something is left.</exception>
    public static int Run(bool json, TextWriter output)
    {
        string[] removed = new RuleInstaller(new RuleOptions(), new ProgramRunner()).Remove();
        output.WriteLine((json, removed.Length) switch
        {
            (true, _) => BackendRulesJson.ToJson(removed),
            (false, 0) => "No xenloop rules are installed.",
            _ => $"Removed xenloop's rules from {string.Join(" and ", removed)}.",
        });
        return 0;
    }
}
