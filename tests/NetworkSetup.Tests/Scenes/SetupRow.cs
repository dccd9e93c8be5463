namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>One set-up's line of the table.</summary>
internal sealed class SetupRow(SetupTable table, string setup) : IDisposable
{
    private string[]? _conclusion;

    /// <summary>All was as it should be.</summary>
    /// <param name="path">Which way the packets went.</param>
    /// <param name="why">What the agent says of it; empty where there is nothing to say.</param>
    /// <param name="proven">What was checked.</param>
    public void Conclude(string path, string why, string proven) => _conclusion = ["passed", path, why, proven];

    /// <summary>It could not be tried here.</summary>
    public void Skip(string why)
    {
        _conclusion = ["skipped", "", "", why];
        Assert.Skip($"{setup}: {why}.");
    }

    public void Dispose() => table.Add([setup, .. _conclusion ?? ["failed", "", "", "see the log of the tests"]]);
}
