using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>bpf(2)</c>, <c>linux/bpf.h</c>.</content>
public static unsafe partial class LibC
{
    public const int BPF_PROG_QUERY = 16;
    public const uint BPF_CGROUP_INET_EGRESS = 1;

    // asm/unistd_64.h
    private const long SYS_bpf = 321;

    /// <summary>Asks about the programs that are attached to something. Needs CAP_NET_ADMIN; before Linux 5.19 also CAP_BPF, where others may not use bpf(2) at all.</summary>
    public static int bpf(long command, bpf_attr_query* attributes) => (int)syscall(SYS_bpf, command, attributes, (uint)sizeof(bpf_attr_query), 0);
}
