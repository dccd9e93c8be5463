using XenLoop.Lab;

namespace XenLoop.Interceptor.Tests.Commands;

/// <summary>The program as its user meets it: exit codes and words. Nothing here gets as far as touching the machine.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--ring-size takes a power of two", "run", "--ring-size", "3000")]
    [InlineData("not '1G'", "run", "--ring-size", "1G")]
    [InlineData("--queue-base takes 0 to", "run", "--queue-base", "70000")]
    [InlineData("--queue-base takes 0 to", "run", "--queue-base", "-1")]
    [InlineData("x7", "run", "--queue-base", "x7")]
    [InlineData("--domain-id takes", "run", "--domain-id", "0")]
    [InlineData("--domain-id takes", "run", "--domain-id", "32752")]
    [InlineData("--domain-id takes", "run", "--domain-id", "one")]
    [InlineData("--announce-ip takes IP addresses, not '10.0.0'", "run", "--announce-ip", "10.0.0.1,10.0.0")]
    [InlineData("--idle-close takes", "run", "--idle-close", "-5")]
    [InlineData("soon", "run", "--idle-close", "soon")]
    [InlineData("--name takes", "run", "--name", "web/1")]
    [InlineData("perhaps", "run", "--offload", "perhaps")]
    [InlineData("maybe", "run", "--rules", "maybe")]
    [InlineData("vmware", "run", "--platform", "vmware")]
    [InlineData("--bridge is for --platform local only", "run", "--platform", "xen", "--bridge", "xenbr0")]
    [InlineData("--domain-id is for --platform local only", "run", "--platform", "xen", "--domain-id", "3")]
    [InlineData("--announce-ip is for --platform local only", "run", "--platform", "xen", "--announce-ip", "10.0.0.1")]
    [InlineData("shouting", "run", "--log-level", "shouting")]
    [InlineData("--heartbeat takes", "announce", "--heartbeat", "0")]
    [InlineData("--heartbeat takes", "announce", "--heartbeat", "NaN")]
    [InlineData("often", "announce", "--heartbeat", "often")]
    [InlineData("separated by blanks", "announce", "--deny", "web,db")]
    [InlineData("--allow takes guests", "announce", "--allow", "")]
    [InlineData("--check answers with one line", "status", "--check", "--json")]
    [InlineData("moon", "guests", "--platform", "moon")]
    [InlineData("--colour", "run", "--colour", "blue")]
    [InlineData("fly", "fly")]
    public void A_wrong_word_is_named(string words, params string[] arguments)
    {
        CommandResult result = Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Theory]
    [InlineData("No agent is running")]
    [InlineData("No agent named 'web' is running", "--name", "web")]
    [InlineData("cannot name a guest", "--name", "../etc")]
    [InlineData("cannot name a guest", "--name", "grants")]
    public void Status_of_nobody(string words, params string[] more)
    {
        CommandResult result = Run(["status", "--directory", Missing, .. more]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Fact]
    public void Guests_of_no_host()
    {
        CommandResult result = Run(["guests", "--platform", "local", "--directory", Missing]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("xenloop announce", result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Fact]
    public void Help_has_examples()
    {
        CommandResult result = Run("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:", result.Output, StringComparison.Ordinal);
        Assert.Contains("xenloop run ", result.Output, StringComparison.Ordinal);
        Assert.Contains("xenloop announce", result.Output, StringComparison.Ordinal);
    }

    /// <summary>Whatever the examples name exists.</summary>
    [Fact]
    public void Every_command_of_the_examples_exists()
    {
        string[] named = [.. Run("--help").Output.Split('\n')
            .SkipWhile(line => !line.Contains("Examples:", StringComparison.Ordinal))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("xenloop ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1])];
        Assert.NotEmpty(named);
        foreach (string command in named)
        {
            Assert.Equal((command, 0), (command, Run(command, "--help").ExitCode));
        }
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public void Version(string word)
    {
        CommandResult result = Run(word);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"xenloop {ProductVersion.Text}\n", result.Output);
        Assert.Matches(@"^\d+\.\d+\.\d+$", ProductVersion.Text);
    }

    private static string Missing => Path.Combine(Path.GetTempPath(), $"xenloop-no-such-directory-{Environment.ProcessId}");

    private static CommandResult Run(params IReadOnlyList<string> arguments) =>
        Command.Run(["dotnet", Path.Combine(AppContext.BaseDirectory, "xenloop.dll"), .. arguments]);

    private static void AssertNoStackTrace(CommandResult result)
    {
        Assert.DoesNotContain("   at ", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error + result.Output, StringComparison.Ordinal);
    }
}
