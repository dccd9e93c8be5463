namespace XenLoop.Interceptor.Rules.Commands;

/// <summary>The body of <c>xenloop rules show</c>.</summary>
internal static class RulesShow
{
    /// <summary>Shows what of ours is in the firewall.</summary>
    /// <param name="json">True: the answer is JSON.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <returns>The exit code: 0, or 1 if nothing is there.</returns>
    /// <exception cref="RuleException">The firewall cannot be read.</exception>
    public static int Run(bool json, TextWriter output)
    {
        BackendRulesJson[] views = Array.ConvertAll(new RuleInstaller(new RuleOptions(), new ProgramRunner()).Show(), entry => BackendRulesJson.Of(entry.Backend, entry.State));
        if (json)
        {
            output.WriteLine(BackendRulesJson.ToJson(views));
        }
        else if (views.Length == 0)
        {
            output.WriteLine("No xenloop rules are installed.");
        }
        else
        {
            Array.ForEach(views, view => Print(view, output));
        }

        return views.Length > 0 ? 0 : 1;
    }

    private static void Print(BackendRulesJson view, TextWriter output)
    {
        output.WriteLine($"{view.Backend}: chain {RuleText.Chain} in table {RuleText.Table}, {(view.IsReached ? $"reached from {RuleText.Hook}" : $"NOT reached from {RuleText.Hook}: the jump is missing")}");
        foreach (RuleJson rule in view.Rules)
        {
            output.WriteLine(rule.Queue is { } queue
                ? $"  {rule.Destination,-18} by {rule.Interface}: domain {rule.Domain}, queue {queue}, {rule.Form}"
                : $"  {rule.Destination,-18} by {rule.Interface}: left alone");
        }

        if (view.StrangeRules > 0)
        {
            output.WriteLine($"  and {view.StrangeRules} that xenloop did not make");
        }
    }
}
