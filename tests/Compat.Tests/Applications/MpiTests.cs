using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed class MpiTests(Machine machine)
{
    [Fact]
    public void Two_ranks_exchange_messages_and_reduce()
    {
        using Trial trial = machine.Begin("MPI (Open MPI)", "openmpi-bin", "python3-mpi4py", "openssh-server");
        using var ssh = new SshServer(trial.Server);
        int rounds = Volume.Of(4, 40);
        const int largest = 4 * Volume.MiB;
        string program = trial.NewText("program.py", $$"""
            import random
            from mpi4py import MPI

            world = MPI.COMM_WORLD
            me, other = world.Get_rank(), 1 - world.Get_rank()
            moved = 0
            for round in range({{rounds}}):
                for size in (1, 1000, 65536, {{largest}}):
                    received = bytearray(size)
                    world.Sendrecv(random.Random(f"{me} {round} {size}").randbytes(size), other, recvbuf=received, source=other)
                    assert received == random.Random(f"{other} {round} {size}").randbytes(size)
                    moved += size
            assert world.allreduce(me + 1) == 3
            print("rank", me, "of", world.Get_size(), "received", moved, "right bytes")
            """);

        // Both guests have this computer's name; without another one Open MPI takes the second for the first.
        string remoteShell = trial.NewText("remote-shell", $"""
            #!/bin/sh
            host=$1
            shift
            exec ssh {string.Join(' ', ssh.ClientOptions)} "$host" unshare --uts sh -c "'hostname server; $*'"

            """);
        File.SetUnixFileMode(remoteShell, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string output = trial.Ask(
            "mpirun", "--allow-run-as-root", "-np", "2", "--map-by", "node", "--host", $"{trial.Client.Address},{trial.Server.Address}",
            "--mca", "plm_rsh_agent", remoteShell, "--mca", "pml", "ob1", "--mca", "btl", "tcp,self",
            "--mca", "btl_tcp_if_include", Guest.Interface, "--mca", "oob_tcp_if_include", Guest.Interface,
            "/usr/bin/python3", program);
        long moved = rounds * (1 + 1000 + 65536 + (long)largest);
        Assert.Contains($"rank 0 of 2 received {moved} right bytes", output, StringComparison.Ordinal);
        Assert.Contains($"rank 1 of 2 received {moved} right bytes", output, StringComparison.Ordinal);
        trial.Conclude($"{4 * rounds} exchanges of up to 4 MiB, every byte; a reduction", moved, moved);
    }
}
