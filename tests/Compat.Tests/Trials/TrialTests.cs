using XenLoop.Lab.Reports;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>The control group: what the trials assert must be able to fail.</summary>
public sealed class TrialTests(Machine machine)
{
    private readonly ResultTable _table = new();

    [Fact]
    public void Bytes_that_did_not_take_the_fast_path_are_missed()
    {
        using Trial trial = Begin();
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => trial.Conclude("", toServer: 1, toClient: 0));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => trial.Conclude("", toServer: 0, toClient: 1));
    }

    [Fact]
    public void Bytes_on_the_wrong_path_are_seen()
    {
        using Trial trial = Begin();
        Assert.Equal(10, PingReport.Run(trial.Client, trial.Server, "-c", "10", "-i", "0.02").Received);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => trial.ConcludeOnStandardPath("", toServer: 0, toClient: 0));

        // An address that nobody has shared with XenLoop: Dom0's end of the bridge.
        trial.Ask("ping", "-q", "-c", "50", "-i", "0.002", "-s", "20000", "10.77.0.254");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => trial.Conclude("", toServer: 0, toClient: 0));
    }

    [Fact]
    public void A_wrong_byte_is_found_and_so_is_a_missing_one()
    {
        using Trial trial = Begin();
        PatternFile file = trial.NewFile("file", (2 * Volume.MiB) + 3);
        byte[] content = File.ReadAllBytes(file.Path);
        File.WriteAllBytes(trial.In("copy"), content);
        file.AssertCopied(trial.In("copy"));
        content[^2] ^= 1;
        File.WriteAllBytes(trial.In("copy"), content);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => file.AssertCopied(trial.In("copy")));
        File.WriteAllBytes(trial.In("copy"), File.ReadAllBytes(file.Path)[..^1]);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => file.AssertCopied(trial.In("copy")));
    }

    [Fact]
    public void A_package_that_is_not_here_is_not_found() => Assert.Null(DebianPackage.Find("no-such-package"));

    private Trial Begin() => machine.Begin(_table, "control", []);
}
