using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct __user_cap_header_struct</c> (<c>linux/capability.h</c>), 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct __user_cap_header_struct
{
    public uint version;

    /// <summary>The thread; 0: the calling one.</summary>
    public int pid;
}
