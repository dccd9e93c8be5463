using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>All kinds of fault.</summary>
internal static class FaultCatalogue
{
    private static readonly Fault[] s_all =
    [
        new AgentKilled(),
        new AgentTerminated(),
        new AgentFrozen(),
        new AnnouncerKilled(),
        new AnnouncerFrozen(),
        new AnnouncerAway(),
        new RulesFlushed(),
        new NeighboursFlushed(),
        new TapDeleted(),
        new TapDown(),
        new InterfaceDown(),
        new QueueTaken(),
        new Flood(),
        new ReceiveBuffersTiny(),
        new ClockApart(),
        new LogDiskFull(),
        new OutOfDescriptors(),
        new OutOfMemory(),
    ];

    /// <summary>Those called as <paramref name="names"/> says; all, if it says nothing.</summary>
    /// <exception cref="LabException">One is unknown.</exception>
    public static IReadOnlyList<Fault> Choose(IReadOnlyList<string> names)
    {
        string[] unknown = [.. names.Except(s_all.Select(f => f.Name), StringComparer.Ordinal)];
        return unknown.Length == 0
            ? [.. s_all.Where(f => names.Count == 0 || names.Contains(f.Name, StringComparer.Ordinal))]
            : throw new LabException($"There is no fault called {string.Join(", ", unknown)}. There are: {string.Join(", ", s_all.Select(f => f.Name))}.");
    }
}
