using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct pollfd</c> (<c>poll.h</c>), 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct pollfd
{
    public int fd;
    public short events;
    public short revents;
}
