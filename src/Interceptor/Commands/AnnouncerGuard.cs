using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>Keeps a second announcer off a Xen host: the two would write each guest's peer list in turn, and what one denies the other would tell.</summary>
internal static class AnnouncerGuard
{
    /// <summary>How often the lock is tried: a process that was just killed may hold it for a moment.</summary>
    private const int Tries = 10;

    private const int MillisecondsBetween = 100;

    /// <summary>Locks a file that only root can open and that each process of this Dom0 has in common, also one in a unit's sandbox.</summary>
    /// <param name="path"><c>/dev/xen/xenbus</c>: its driver has no use for such locks. Where it cannot be opened nothing is locked.</param>
    /// <returns>To be held for as long as the announcer runs; the kernel lets go of it with the process.</returns>
    /// <exception cref="GuestSetupException">Another announcer holds it.</exception>
    public static FileDescriptor Take(string path)
    {
        FileDescriptor file = FileDescriptor.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK);
        for (int tries = 1; !file.IsInvalid && LibC.flock(file.Number, LibC.LOCK_EX | LibC.LOCK_NB) != 0 && LibC.LastError == Errno.EAGAIN; tries++)
        {
            if (tries == Tries)
            {
                file.Dispose();
                throw new GuestSetupException(
                    "Another xenloop announce runs on this host already. Two would undo each other's --allow and --deny. Stop the other first (systemctl stop xenloop-announce), or give it these options in /etc/default/xenloop-announce.");
            }

            Thread.Sleep(MillisecondsBetween);
        }

        return file;
    }

    /// <summary>True if an announcer runs on this host, false if none does; null if that cannot be seen. Does not disturb one that starts at the moment: it tries more than once.</summary>
    public static bool? IsTaken(string path)
    {
        using FileDescriptor file = FileDescriptor.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK);
        return file.IsInvalid ? null
            : LibC.flock(file.Number, LibC.LOCK_SH | LibC.LOCK_NB) == 0 ? false
            : LibC.LastError == Errno.EAGAIN ? true
            : null;
    }
}
