namespace XenLoop.Interceptor.Rules;

/// <summary>One of the two iptables, which keep their rules apart from each other: over nf_tables, or the older ip_tables ("legacy").</summary>
internal sealed class RuleBackend
{
    private static readonly string[] DistinctNames = ["iptables-nft", "iptables-legacy"];

    /// <summary>What iptables-nft-save prints, with exit code 0, instead of a table with a rule that it cannot express; to such a table iptables-nft-restore adds all the same.</summary>
    private const string Incompatible = $"# Table `{RuleText.Table}' is incompatible";

    /// <summary>What iptables-nft-restore says of a chain that is not there.</summary>
    private const string NoSuchChain = "No chain/target/match by that name";

    private readonly ProgramRunner _runner;
    private readonly string _save;
    private readonly string _restore;

    private RuleBackend(ProgramRunner runner, string name, string save, string restore)
    {
        _runner = runner;
        Name = name;
        _save = save;
        _restore = restore;
    }

    /// <summary><c>iptables-nft</c>, <c>iptables-legacy</c>, or <c>iptables</c> where the system does not tell them apart.</summary>
    public string Name { get; }

    /// <summary>Finds the backends that this system has.</summary>
    /// <exception cref="RuleException">There is no backend.</exception>
    public static RuleBackend[] FindAll(ProgramRunner runner)
    {
        List<RuleBackend> distinct = [];
        foreach (string name in DistinctNames)
        {
            if (Find(runner, name) is { } found)
            {
                distinct.Add(found);
            }
        }

        if (distinct.Count > 0)
        {
            return [.. distinct];
        }

        return Find(runner, "iptables") is { } only
            ? [only]
            : throw new RuleException("There is no iptables on this system, so no packets can be handed to xenloop. Install it (apt install iptables), or manage the rules yourself: see xenloop rules print.");
    }

    /// <summary>Reads all tables.</summary>
    /// <exception cref="RuleException">They cannot be read.</exception>
    public SavedRules ReadAll() => Read([]);

    /// <summary>Reads our table, which is cheaper than all of them. On legacy it makes the kernel load that table, so only where ours is in use.</summary>
    /// <exception cref="RuleException">It cannot be read.</exception>
    public SavedRules ReadTable() => Read(["-t", RuleText.Table]);

    /// <summary>Applies <paramref name="text"/> in one commit and waits for other programs' changes to end (up to 5 s).</summary>
    /// <exception cref="RuleException">Nothing was changed; the message says why.</exception>
    public void Restore(string text)
    {
        ProgramResult result = Change(text);
        if (result.ExitCode != 0)
        {
            throw RuleFailure.ToException(Name, "change the rules", result);
        }
    }

    /// <summary>
    /// Takes our rules out of a table that cannot be read. What iptables cannot express hinders it only in the chain that it has to search,
    /// so that the jump may stay where the rules can go.
    /// </summary>
    public UnseenRules RemoveUnseen()
    {
        if (Change(RuleText.RemoveUnseen).ExitCode == 0)
        {
            return UnseenRules.Removed;
        }

        ProgramResult emptied = Change(RuleText.Empty);
        return emptied.ExitCode == 0 ? UnseenRules.Emptied
            : emptied.Error.Contains(NoSuchChain, StringComparison.Ordinal) ? UnseenRules.Absent
            : UnseenRules.Left;
    }

    private ProgramResult Change(string text) => _runner.Run(_restore, ["--noflush", "-w", "5"], text);

    private SavedRules Read(string[] arguments)
    {
        ProgramResult result = _runner.Run(_save, arguments);
        if (result.ExitCode != 0)
        {
            throw RuleFailure.ToException(Name, "read the rules", result);
        }

        return result.Output.Contains(Incompatible, StringComparison.Ordinal)
            ? throw new RuleException($"{Name} cannot show the table {RuleText.Table}, because nft has put rules into it that iptables cannot express. Move them to a table of their own, or use the other iptables (xenloop rules install --backend legacy).") { IsIncompatible = true }
            : SavedRules.Parse(result.Output);
    }

    private static RuleBackend? Find(ProgramRunner runner, string name) =>
        runner.Find($"{name}-save") is { } save && runner.Find($"{name}-restore") is { } restore
            ? new RuleBackend(runner, name, save, restore)
            : null;
}
