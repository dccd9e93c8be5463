using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>posix_spawn_file_actions_t</c> (<c>spawn.h</c>), 80 bytes, opaque.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
public struct posix_spawn_file_actions_t
{
    private readonly ulong _first;
}
