using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary>The beginning of <c>struct stat</c> (<c>sys/stat.h</c>), padded to its 144 bytes on amd64.</summary>
[StructLayout(LayoutKind.Sequential, Size = 144)]
public struct stat
{
    /// <summary>The device that the file is on.</summary>
    public ulong st_dev;

    /// <summary>The file's number there.</summary>
    public ulong st_ino;
}
