using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed class SshTests(Machine machine)
{
    [Fact]
    public void Sessions_and_a_stream_in_both_directions_at_once()
    {
        using Trial trial = machine.Begin("ssh", "openssh-server", "openssh-client");
        using var server = new SshServer(trial.Server);
        string ssh = $"ssh {string.Join(' ', server.ClientOptions)} {trial.Server.Address}";
        int sessions = Volume.Of(5, 20);
        string answers = trial.AskShell($"for i in $(seq {sessions}); do {ssh} echo answer $i from '$SSH_CONNECTION'; done");
        string[] lines = answers.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(sessions, lines.Length);
        for (int i = 1; i <= sessions; i++)
        {
            Assert.Matches($"^answer {i} from {trial.Client.Address} [0-9]+ {trial.Server.Address} 2222$", lines[i - 1]);
        }

        PatternFile file = trial.NewFile("file", Volume.Of(8, 256) * Volume.MiB);
        trial.AskShell($"{ssh} cat < {file.Path} > {trial.In("back")}");
        file.AssertCopied(trial.In("back"));
        trial.Conclude($"{sessions} sessions' output; a stream through a remote cat, every byte", toServer: file.Length, toClient: file.Length);
    }
}
