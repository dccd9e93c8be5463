namespace XenLoop.Native;

/// <summary>Starts programs by <c>posix_spawn</c>: with the standard streams that they are given, and nothing else open that is not meant to be.</summary>
/// <remarks>Not <c>System.Diagnostics.Process</c>: it would take a tenth of a megabyte of the binary, most of it for URIs.</remarks>
public static unsafe class ProgramStart
{
    /// <summary>Starts the program at <paramref name="path"/>.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">Its name for itself, and what follows.</param>
    /// <param name="environment">Its whole environment, <c>NAME=VALUE</c>.</param>
    /// <param name="streams">What shall be its standard input, output and error; -1: nothing, where everything that is written vanishes.</param>
    /// <param name="flags"><c>POSIX_SPAWN_*</c>.</param>
    /// <param name="process">Its number. Whoever starts it waits for its end, too.</param>
    /// <returns>0, or the error number.</returns>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<int> streams, short flags, out int process)
    {
        process = 0;
        posix_spawn_file_actions_t actions;
        int error = LibC.posix_spawn_file_actions_init(&actions);
        if (error != 0)
        {
            return error;
        }

        using NativeStrings file = new([path]);
        using NativeStrings argumentStrings = new(arguments);
        using NativeStrings environmentStrings = new(environment);
        posix_spawnattr_t attributes;
        error = LibC.posix_spawnattr_init(&attributes);
        error = error != 0 ? error : LibC.posix_spawnattr_setflags(&attributes, flags);
        fixed (byte* nowhere = "/dev/null\0"u8)
        {
            for (int number = 0; number < streams.Length && error == 0; number++)
            {
                error = streams[number] >= 0
                    ? LibC.posix_spawn_file_actions_adddup2(&actions, streams[number], number)
                    : LibC.posix_spawn_file_actions_addopen(&actions, number, nowhere, LibC.O_RDWR, 0);
            }

            int id = 0;
            error = error != 0 ? error : LibC.posix_spawn(&id, file.Pointers[0], &actions, &attributes, argumentStrings.Pointers, environmentStrings.Pointers);
            process = id;
        }

        _ = LibC.posix_spawnattr_destroy(&attributes);
        _ = LibC.posix_spawn_file_actions_destroy(&actions);
        return error;
    }
}
