using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/prctl.h</c>.</content>
public static unsafe partial class LibC
{
    public const int PR_SET_NAME = 15;
    public const int PR_CAPBSET_READ = 23;
    public const int PR_CAPBSET_DROP = 24;
    public const int PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_CAP_AMBIENT = 47;
    public const nuint PR_CAP_AMBIENT_RAISE = 2;

    /// <remarks>Variadic in C; with integer arguments the x86-64 and arm64 Linux ABIs pass them like fixed ones.</remarks>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
