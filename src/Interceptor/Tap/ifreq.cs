using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenLoop.Interceptor.Tap;

/// <summary><c>struct ifreq</c> (<c>linux/if.h</c>), 40 bytes; of the union only the flags are used (by <c>TUNSETIFF</c>).</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal struct ifreq
{
    public NameBuffer ifr_name;
    public short ifr_flags;

    /// <summary><c>char[IFNAMSIZ]</c>.</summary>
    [InlineArray(IfNameSize)]
    public struct NameBuffer
    {
        private byte first;
    }

    /// <summary><c>IFNAMSIZ</c>: bytes of an interface name with its final zero.</summary>
    public const int IfNameSize = 16;
}
