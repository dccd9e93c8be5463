using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct __user_cap_data_struct</c> (<c>linux/capability.h</c>), 12 bytes; one for each 32 capabilities.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct __user_cap_data_struct
{
    public uint effective;
    public uint permitted;
    public uint inheritable;
}
