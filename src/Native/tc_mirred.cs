using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct tc_mirred</c> (<c>linux/tc_act/tc_mirred.h</c>), 28 bytes; the first five members are the header file's <c>tc_gen</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct tc_mirred
{
    public uint index;
    public uint capab;

    /// <summary><c>TC_ACT_...</c>: what becomes of the packet afterwards.</summary>
    public int action;
    public int refcnt;
    public int bindcnt;

    /// <summary><c>TCA_INGRESS_REDIR</c> and its kin.</summary>
    public int eaction;

    /// <summary>Index of the interface to redirect to.</summary>
    public uint ifindex;
}
