using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/random.h</c>.</content>
public static unsafe partial class LibC
{
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint getrandom(void* buffer, nuint length, uint flags);
}
