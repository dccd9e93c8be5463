using System.Globalization;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What the running programs may still do: looked up in each of their threads, for each has privileges of its own.</summary>
public sealed class PrivilegeTests(ConnectedPair pair) : IClassFixture<ConnectedPair>
{
    private const ulong NetAdminAndRaw = (1UL << 12) | (1UL << 13);
    private static readonly string[] Sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

    [Fact]
    public void An_agent_keeps_the_network_capabilities_alone() =>
        AssertConfined(pair.Colony[pair.A].Process.Id, NetAdminAndRaw);

    [Fact]
    public void The_announcer_keeps_none() => AssertConfined(pair.Colony.Announcer.Process.Id, 0);

    [Fact]
    public void Both_are_still_found_by_their_name()
    {
        Assert.Equal("xenloop", File.ReadAllText(ProcFile(pair.Colony[pair.A].Process.Id, "comm")).TrimEnd());
        Assert.Equal("xenloop", File.ReadAllText(ProcFile(pair.Colony.Announcer.Process.Id, "comm")).TrimEnd());
    }

    private static void AssertConfined(int process, ulong most)
    {
        string[] threads = Directory.GetDirectories(ProcFile(process, "task"));
        Assert.NotEmpty(threads);
        foreach (string thread in threads)
        {
            Dictionary<string, string> status = File.ReadLines(Path.Combine(thread, "status"))
                .Select(line => line.Split(':', 2))
                .ToDictionary(field => field[0], field => field[1].Trim());
            foreach (string set in Sets)
            {
                ulong capabilities = ulong.Parse(status[set], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                Assert.Equal(0UL, capabilities & ~most);
            }

            Assert.Equal(most.ToString("x16", CultureInfo.InvariantCulture), status["CapEff"]);
            Assert.Equal("1", status["NoNewPrivs"]);
        }
    }

    private static string ProcFile(int process, string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{name}");
}
