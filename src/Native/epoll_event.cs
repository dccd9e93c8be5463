using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct epoll_event</c> (<c>sys/epoll.h</c>); packed on x86-64 only, 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct epoll_event
{
    /// <summary>Set of <c>EPOLLIN</c> and its kin.</summary>
    public uint events;

    /// <summary>What the caller registered.</summary>
    public ulong data;
}
