namespace XenLoop.Native;

/// <summary><c>struct timespec</c> of <c>time.h</c> on 64-bit Linux.</summary>
public struct timespec
{
    public long tv_sec;
    public long tv_nsec;
}
