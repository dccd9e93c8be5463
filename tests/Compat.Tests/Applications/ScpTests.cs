using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed class ScpTests(Machine machine)
{
    /// <summary>Today's scp speaks SFTP; <c>-O</c> is the old protocol.</summary>
    [Fact]
    public void Files_are_copied_both_ways_with_both_protocols()
    {
        using Trial trial = machine.Begin("scp", "openssh-server", "openssh-client");
        using var server = new SshServer(trial.Server);
        PatternFile file = trial.NewFile("file", Volume.Of(8, 256) * Volume.MiB);
        string remote = $"{trial.Server.Address}:{trial.In("remote")}";
        trial.Ask(["scp", .. server.ClientOptions, file.Path, remote]);
        trial.Ask(["scp", .. server.ClientOptions, remote, trial.In("back")]);
        trial.Ask(["scp", "-O", .. server.ClientOptions, file.Path, remote + ".old"]);
        trial.Ask(["scp", "-O", .. server.ClientOptions, remote + ".old", trial.In("back.old")]);
        foreach (string copy in (string[])["remote", "back", "remote.old", "back.old"])
        {
            file.AssertCopied(trial.In(copy));
        }

        trial.Conclude("4 copies, SFTP and old protocol, every byte", toServer: 2 * file.Length, toClient: 2 * file.Length);
    }
}
