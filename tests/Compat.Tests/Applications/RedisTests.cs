using System.Globalization;
using System.Text;
using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed class RedisTests(Machine machine)
{
    private const int Port = 6379;
    private const int ValueLength = 1000;

    [Fact]
    public void A_large_value_and_many_small_ones()
    {
        using Trial trial = machine.Begin("Redis", "redis-server", "redis-tools");
        trial.Serve(Port, "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", trial.Directory);
        string redis = $"redis-cli -h {trial.Server.Address}";

        // redis-cli ends what it prints with a newline of its own.
        PatternFile value = trial.NewFile("value", Volume.Of(8, 256) * Volume.MiB);
        Assert.Equal("OK", trial.AskShell($"{redis} -x SET large < {value.Path}").Trim());
        trial.AskShell($"{redis} GET large | head -c -1 > {trial.In("back")}");
        value.AssertCopied(trial.In("back"));

        int count = Volume.Of(2000, 100_000);
        var commands = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            commands.Append(CultureInfo.InvariantCulture, $"SET key:{i} {i.ToString(CultureInfo.InvariantCulture).PadLeft(ValueLength, '.')}\n");
        }

        string answer = trial.AskShell($"{redis} --pipe < {trial.NewText("commands", commands.ToString())}");
        Assert.Contains($"errors: 0, replies: {count}", answer, StringComparison.Ordinal);
        Assert.Equal($"{count + 1}", trial.AskShell($"{redis} DBSIZE").Trim());

        // One by one: each request waits for its answer.
        string keys = string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"GET key:{i}\n")));
        string[] values = trial.AskShell($"{redis} < {trial.NewText("keys", keys)}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture).PadLeft(ValueLength, '.')), values);
        long small = (long)count * ValueLength;
        trial.Conclude($"a value of {value.Length >> 20} MiB, every byte; {count} values set and got", value.Length + small, value.Length + small);
    }
}
