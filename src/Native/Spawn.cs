using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>spawn.h</c>. Each function returns the error number itself, or 0.</content>
public static unsafe partial class LibC
{
    /// <summary>The new process begins a session of its own.</summary>
    public const int POSIX_SPAWN_SETSID = 0x80;

    [LibraryImport(Library)]
    public static partial int posix_spawn(int* pid, byte* path, posix_spawn_file_actions_t* fileActions, posix_spawnattr_t* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_init(posix_spawn_file_actions_t* fileActions);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t* fileActions);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t* fileActions, int fd, int newFd);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t* fileActions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_init(posix_spawnattr_t* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_destroy(posix_spawnattr_t* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setflags(posix_spawnattr_t* attributes, short flags);
}
