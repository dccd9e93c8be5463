using XenLoop.Native;

namespace XenLoop.Interceptor.Confinement;

/// <summary>The seccomp filter: EPERM for <see cref="ForbiddenCalls"/> and for calls of any other architecture, all else is allowed.</summary>
/// <remarks>
/// It looks at numbers alone, so the kernel works its answers out once and looks them up in a bitmap from then on
/// (<c>seccomp_cache_prepare</c> in <c>kernel/seccomp.c</c>, Linux 5.11 and later): the data path does not pay for its length.
/// </remarks>
internal static class CallFilter
{
    /// <summary>x86-64 calls with this bit are those of x32, which has numbers of its own.</summary>
    private const uint X32Bit = 0x4000_0000;

    private const uint Refuse = LinuxSeccomp.SECCOMP_RET_ERRNO | Errno.EPERM;

    /// <summary>The instructions.</summary>
    public static sock_filter[] Build(uint architecture, ReadOnlySpan<uint> forbidden)
    {
        List<sock_filter> program =
        [
            Instruction(LinuxSeccomp.LoadWord, LinuxSeccomp.ArchitectureOffset),
            Instruction(LinuxSeccomp.JumpIfEqual, architecture, ifTrue: 1),
            Instruction(LinuxSeccomp.Return, Refuse),
            Instruction(LinuxSeccomp.LoadWord, LinuxSeccomp.NumberOffset),
        ];

        // Past the others and past the permission that ends them.
        int left = forbidden.Length + 1;
        program.Add(Instruction(LinuxSeccomp.JumpIfAtLeast, X32Bit, ifTrue: (byte)left));
        foreach (uint number in forbidden)
        {
            left--;
            program.Add(Instruction(LinuxSeccomp.JumpIfEqual, number, ifTrue: (byte)left));
        }

        program.Add(Instruction(LinuxSeccomp.Return, LinuxSeccomp.SECCOMP_RET_ALLOW));
        program.Add(Instruction(LinuxSeccomp.Return, Refuse));
        return [.. program];
    }

    /// <summary>Puts this thread, and what it becomes and starts, under the filter for good. Needs no_new_privs.</summary>
    /// <returns>0, or the error number: EINVAL from a kernel without seccomp filters.</returns>
    public static unsafe int Enter()
    {
        ReadOnlySpan<uint> forbidden = ForbiddenCalls.Numbers;
        if (forbidden.IsEmpty)
        {
            return Errno.EINVAL;
        }

        sock_filter[] program = Build(ForbiddenCalls.AuditArchitecture, forbidden);
        fixed (sock_filter* first = program)
        {
            sock_fprog filter = new() { len = (ushort)program.Length, filter = first };
            return LibC.prctl(LibC.PR_SET_SECCOMP, LinuxSeccomp.SECCOMP_MODE_FILTER, (nuint)(&filter), 0, 0) == 0 ? 0 : LibC.LastError;
        }
    }

    private static sock_filter Instruction(ushort code, uint value, byte ifTrue = 0) => new() { code = code, jt = ifTrue, k = value };
}
