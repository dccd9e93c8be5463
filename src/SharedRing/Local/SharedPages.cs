using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>A channel's memory file: the descriptor page and both rings' data.</summary>
/// <remarks>
/// <code>
/// 0               descriptor page (ChannelDescriptor)
/// page            listener-to-connector data, R bytes
/// page + R        connector-to-listener data, R bytes
/// page + 2R
/// </code>
/// The file cannot change its size (F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL): a peer that could cut it would have us killed by
/// SIGBUS on the next access. For the same reason the mapper takes ordinary shared memory only; a huge page may be missing when
/// it is touched.
/// </remarks>
internal static unsafe class SharedPages
{
    private const int Seals = LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL;

    private static readonly long Page = Environment.SystemPageSize;

    /// <summary>Makes a sealed file of zeroed pages, all of them allocated.</summary>
    public static FileDescriptor Create(int ringBytes)
    {
        if (!ChannelDescriptor.IsRingSize(ringBytes) || ringBytes % Page != 0)
        {
            throw new ChannelPlatformException(
                $"A ring cannot have {ringBytes} bytes: a power of two from {Math.Max(Page, ChannelDescriptor.MinRingBytes)} to {ChannelDescriptor.MaxRingBytes} is needed.");
        }

        fixed (byte* name = "xenloop-channel\0"u8)
        {
            int fd = LibC.memfd_create(name, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING);
            if (fd < 0)
            {
                throw Failed("No memory file for a channel");
            }

            FileDescriptor file = new(fd);
            long bytes = Page + (2L * ringBytes);

            // Allocated now: a host without memory says so here, not by a signal in the data path.
            if (LibC.ftruncate(fd, bytes) != 0 || LibC.fallocate(fd, 0, 0, bytes) != 0 || LibC.fcntl(fd, LibC.F_ADD_SEALS, Seals) != 0)
            {
                ChannelPlatformException failure = Failed($"No {bytes} bytes of shared memory for a channel");
                file.Dispose();
                throw failure;
            }

            return file;
        }
    }

    /// <summary>Data bytes of each ring in a file that another process offers, once it is proven safe to map.</summary>
    public static int Validate(FileDescriptor file)
    {
        int fd = file.Number;
        int seals = (int)LibC.fcntl(fd, LibC.F_GET_SEALS, 0);
        statfs status;
        if (seals < 0 || (seals & Seals) != Seals || LibC.fstatfs(fd, &status) != 0 || status.f_type != LibC.TMPFS_MAGIC)
        {
            throw new ChannelPlatformException("The offered pages are not a sealed memory file of ordinary pages: its owner could take them away under our hands. The offer is refused.");
        }

        long ringBytes = (LibC.lseek(fd, 0, LibC.SEEK_END) - Page) / 2;
        if (ringBytes is < ChannelDescriptor.MinRingBytes or > ChannelDescriptor.MaxRingBytes
            || !ChannelDescriptor.IsRingSize((int)ringBytes) || LibC.lseek(fd, 0, LibC.SEEK_END) != Page + (2 * ringBytes) || ringBytes % Page != 0)
        {
            throw new ChannelPlatformException("The offered pages have no size that a channel can have. The offer is refused.");
        }

        return (int)ringBytes;
    }

    private static ChannelPlatformException Failed(string what) => new($"{what}: {Errno.Describe(LibC.LastError)}.");
}
