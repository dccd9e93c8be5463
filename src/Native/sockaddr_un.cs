using System.Runtime.InteropServices;
using System.Text;

namespace XenLoop.Native;

/// <summary><c>struct sockaddr_un</c> (<c>sys/un.h</c>), 110 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct sockaddr_un
{
    /// <summary>Bytes of <see cref="sun_path"/>, the closing zero included.</summary>
    public const int PathBytes = 108;

    public ushort sun_family;
    public fixed byte sun_path[PathBytes];

    /// <summary>The address of a path. False: it is too long for a socket address, or empty.</summary>
    public static bool TryCreate(string path, out sockaddr_un address)
    {
        address = default;
        address.sun_family = LibC.AF_UNIX;
        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes is 0 or >= PathBytes)
        {
            return false;
        }

        fixed (byte* target = address.sun_path)
        {
            Encoding.UTF8.GetBytes(path, new Span<byte>(target, PathBytes));
        }

        return true;
    }
}
