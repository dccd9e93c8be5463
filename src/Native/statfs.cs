using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary>The beginning of <c>struct statfs</c> (<c>sys/statfs.h</c>), padded to its 120 bytes on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
public struct statfs
{
    /// <summary>Kind of file system: <c>TMPFS_MAGIC</c> and its kin (<c>linux/magic.h</c>).</summary>
    public long f_type;

    /// <summary>Transfer block size, in bytes.</summary>
    public long f_bsize;
}
