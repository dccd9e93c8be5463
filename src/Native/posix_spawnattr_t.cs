using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>posix_spawnattr_t</c> (<c>spawn.h</c>), 336 bytes, opaque.</summary>
[StructLayout(LayoutKind.Sequential, Size = 336)]
public struct posix_spawnattr_t
{
    private readonly ulong _first;
}
