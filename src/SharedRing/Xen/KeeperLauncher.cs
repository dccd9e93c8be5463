using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>Starts a keeper: in a session of its own, with nothing open except for the socket, as its standard input.</summary>
internal static unsafe class KeeperLauncher
{
    /// <summary>
    /// The name in the process list. The first character tells systemd to leave the process alone when the machine goes down
    /// (systemd.io, "Using @ in argv[0]"): that what it holds is never closed is its whole purpose.
    /// </summary>
    private const string ProcessName = "@xenloop";

    /// <summary>Environment variable that keeps the runtime of a process that does next to nothing small: 16 MB of heap reserved (hexadecimal; less does not start).</summary>
    private const string Environment = "DOTNET_GCHeapHardLimit=1000000";

    /// <summary>Seconds that a keeper which stands still may hold up what is sent to it.</summary>
    private const long SendSeconds = 1;

    /// <summary>Starts <paramref name="program"/> as a keeper.</summary>
    /// <returns>Our end of its socket.</returns>
    /// <exception cref="ChannelPlatformException">It does not start.</exception>
    public static FileDescriptor Start(string program, out int process)
    {
        process = 0;
        int* ends = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC, 0, ends) != 0)
        {
            throw Failed(LibC.LastError);
        }

        FileDescriptor ours = new(ends[0]);
        using FileDescriptor theirs = new(ends[1]);

        // struct timeval of 64-bit Linux: seconds, microseconds.
        long* limit = stackalloc long[2] { SendSeconds, 0 };
        int error = LibC.setsockopt(ours.Number, LibC.SOL_SOCKET, LibC.SO_SNDTIMEO, limit, 2 * sizeof(long)) != 0 ? LibC.LastError : 0;
        error = error != 0 ? error : ProgramStart.Start(program, [ProcessName, PortKeeperProcess.Command], [Environment], [theirs.Number, -1, -1], LibC.POSIX_SPAWN_SETSID, out process);
        if (error == 0)
        {
            return ours;
        }

        ours.Dispose();
        throw Failed(error);
    }

    private static ChannelPlatformException Failed(int error) =>
        new($"The process that keeps event channels open does not start: {Errno.Describe(error)}. Without it a restore of this guest could crash its kernel, so there are no channels.");
}
