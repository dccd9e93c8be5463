using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class MemcachedTests(Machine machine)
{
    private const int Port = 11211;

    [Fact]
    public void Values_and_the_protocol_test()
    {
        using Trial trial = machine.Begin("memcached", "memcached", "libmemcached-tools");
        trial.Serve(Port, "memcached", "-u", "nobody", "-l", "0.0.0.0", "-p", $"{Port}", "-I", "16m", "-m", "1024");
        PatternFile[] files = [.. Enumerable.Range(0, Volume.Of(8, 64)).Select(i => trial.NewFile($"value{i}", (8 * Volume.MiB) - (i * 1000)))];
        string servers = $"--servers={trial.Server.Address}:{Port}";
        trial.Ask(["memccp", servers, .. files.Select(f => f.Path)]);
        foreach (PatternFile file in files)
        {
            trial.Ask("memccat", servers, $"--file={trial.In("back")}", file.Name);
            file.AssertCopied(trial.In("back"));
        }

        string report = trial.Ask("memccapable", "-h", trial.Server.Address.ToString(), "-p", $"{Port}", "-a");
        Assert.Contains("All tests passed", report, StringComparison.Ordinal);
        long length = files.Sum(f => f.Length);
        trial.Conclude($"{files.Length} values, every byte; protocol test (memccapable)", length, length);
    }
}
