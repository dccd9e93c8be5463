using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>signal.h</c>.</content>
public static unsafe partial class LibC
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGXFSZ = 25;

    /// <summary>The default action of a signal.</summary>
    public static nint SIG_DFL => 0;

    /// <summary>The handler that ignores a signal.</summary>
    public static nint SIG_IGN => 1;

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint signal(int number, nint handler);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int kill(int pid, int number);
}
