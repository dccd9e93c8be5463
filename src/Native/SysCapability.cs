using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content>The calls behind <c>sys/capability.h</c>, which the C library exports without declaring them (capget(2)).</content>
public static unsafe partial class LibC
{
    /// <summary>Reads the calling thread's capability sets; <paramref name="data"/> points at two structures for version 3.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int capget(__user_cap_header_struct* header, __user_cap_data_struct* data);

    /// <summary>Sets the calling thread's capability sets.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int capset(__user_cap_header_struct* header, __user_cap_data_struct* data);
}
