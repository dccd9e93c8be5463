using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>net/if.h</c>.</content>
public static unsafe partial class LibC
{
    /// <summary>Bytes of an interface name with its final zero.</summary>
    public const int IF_NAMESIZE = 16;

    /// <summary>The index of an interface of the calling thread's network namespace; 0 if there is none of that name.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial uint if_nametoindex(byte* name);
}
