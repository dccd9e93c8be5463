using XenLoop.Lab;

namespace XenLoop.Overload.Scenarios;

/// <summary>All kinds of overload.</summary>
internal static class ScenarioCatalogue
{
    private static readonly Scenario[] s_all =
    [
        .. LoadKind.All.Select(k => new BesideLoad(k)),
        new ManyToOne(),
        new DatagramLoss(),
        new ManyConnections(),
        new ManyDatagramFlows(),
        new StarvedReceiver(),
        new DeafPeer(),
        new Termination(),
    ];

    /// <summary>Those called as <paramref name="names"/> says; all, if it says nothing.</summary>
    /// <exception cref="LabException">One is unknown.</exception>
    public static IReadOnlyList<Scenario> Choose(IReadOnlyList<string> names)
    {
        string[] unknown = [.. names.Except(s_all.Select(s => s.Name), StringComparer.Ordinal)];
        return unknown.Length == 0
            ? [.. s_all.Where(s => names.Count == 0 || names.Contains(s.Name, StringComparer.Ordinal))]
            : throw new LabException($"There is no scenario called {string.Join(", ", unknown)}. There are: {string.Join(", ", s_all.Select(s => s.Name))}.");
    }
}
