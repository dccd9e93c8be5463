using System.Globalization;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>Makes the pipes below <see cref="LocalDoorbell"/>.</summary>
internal static unsafe class DoorbellPipe
{
    private const uint AnyHolderMayOpen = 0x1B6; // 0666

    /// <summary>Makes a pipe, both ends non-blocking.</summary>
    public static void Create(out FileDescriptor readEnd, out FileDescriptor writeEnd)
    {
        int* ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC | LibC.O_NONBLOCK) != 0)
        {
            throw new ChannelPlatformException($"No doorbell pipe: {Errno.Describe(LibC.LastError)}.");
        }

        readEnd = new FileDescriptor(ends[0]);
        writeEnd = new FileDescriptor(ends[1]);

        // Only whoever holds an end can name this inode at all; the mapper may run under another user and must open it (Reopen).
        _ = LibC.fchmod(ends[0], AnyHolderMayOpen);
    }

    /// <summary>
    /// Opens the pipe behind <paramref name="received"/> again, non-blocking. The open file that came over the socket is shared with
    /// whoever sent it, who could make it block; the new one is ours alone.
    /// </summary>
    /// <param name="received">An end that another process passed.</param>
    /// <param name="access"><c>O_RDONLY</c> or <c>O_WRONLY</c>.</param>
    public static FileDescriptor Reopen(FileDescriptor received, int access)
    {
        if (LibC.fcntl(received.Number, LibC.F_GETPIPE_SZ, 0) <= 0)
        {
            throw new ChannelPlatformException("The offered doorbell is not a pipe. The offer is refused.");
        }

        FileDescriptor own = FileDescriptor.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{received.Number}"), access | LibC.O_NONBLOCK);
        return own.IsInvalid
            ? throw new ChannelPlatformException($"The offered doorbell cannot be opened through /proc/self/fd: {Errno.Describe(LibC.LastError)}.")
            : own;
    }
}
