using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>Open MPI with one rank in each guest, over TCP, started by ssh.</summary>
internal static class MessagePassing
{
    /// <summary>Runs an MPI program to its end.</summary>
    public static void Run(GuestPath path, IReadOnlyList<string> program)
    {
        SshServer ssh = path.Serve("ssh", () => new SshServer(path.Server));
        string shell = Path.Combine(path.Host.Directory, "remote-shell");

        // Both guests have this computer's name; without another one Open MPI takes the second for the first.
        File.WriteAllText(shell, $"""
            #!/bin/sh
            host=$1
            shift
            exec ssh {string.Join(' ', ssh.ClientOptions)} "$host" unshare --uts sh -c "'hostname server; $*'"

            """);
        File.SetUnixFileMode(shell, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Tool.Run(
            path,
            60,
            [
                "mpirun", "--allow-run-as-root", "-np", "2", "--map-by", "node", "--bind-to", "none",
                "--host", $"{path.ClientAddress},{path.ServerAddress}",
                "--mca", "plm_rsh_agent", shell, "--mca", "pml", "ob1", "--mca", "btl", "tcp,self",
                "--mca", "btl_tcp_if_include", path.Interface, "--mca", "oob_tcp_if_include", path.Interface,
                .. program,
            ]);
    }
}
