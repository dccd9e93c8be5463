using System.Runtime.InteropServices;

namespace XenLoop.Queues;

/// <summary>A 64-byte element, as the C and C++ contenders have it: its size is known when the copy is compiled.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct CacheLine
{
    public const int Bytes = 64;
}
