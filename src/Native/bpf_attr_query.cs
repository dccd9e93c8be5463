using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>union bpf_attr</c> for BPF_PROG_QUERY, up to <c>prog_cnt</c> (<c>linux/bpf.h</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct bpf_attr_query
{
    public uint target_fd;
    public uint attach_type;
    public uint query_flags;
    public uint attach_flags;
    public ulong prog_ids;
    public uint prog_cnt;
    public uint padding;
}
