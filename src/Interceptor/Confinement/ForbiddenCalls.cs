using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Interceptor.Confinement;

/// <summary>The system calls that neither the agent, its keeper nor iptables make, and that whoever takes one of them over would like to.</summary>
/// <remarks>
/// A list of what is forbidden, not of what is allowed: iptables, which inherits it, is another program in each distribution.
/// The units' <c>SystemCallFilter=@system-service</c> is the stricter one of the other kind.
/// </remarks>
internal static class ForbiddenCalls
{
    /// <summary><c>asm/unistd_64.h</c> of x86.</summary>
    private static readonly uint[] OnX64 =
    [
        101, // ptrace
        155, 161, 163, // pivot_root, chroot, acct
        164, 227, 159, 305, // settimeofday, clock_settime, adjtimex, clock_adjtime
        165, 166, 167, 168, 169, // mount, umount2, swapon, swapoff, reboot
        172, 173, // iopl, ioperm
        175, 176, 313, // init_module, delete_module, finit_module
        246, 320, // kexec_load, kexec_file_load
        248, 249, 250, // add_key, request_key, keyctl
        272, 308, // unshare, setns
        298, 321, 323, // perf_event_open, bpf, userfaultfd
        304, // open_by_handle_at
        310, 311, 438, // process_vm_readv, process_vm_writev, pidfd_getfd
        425, // io_uring_setup
        428, 429, 430, 432, 442, // open_tree, move_mount, fsopen, fsmount, mount_setattr
    ];

    /// <summary><c>asm-generic/unistd.h</c>, in the same order.</summary>
    private static readonly uint[] OnArm64 =
    [
        117,
        41, 51, 89,
        170, 112, 171, 266,
        40, 39, 224, 225, 142,
        105, 106, 273,
        104, 294,
        217, 218, 219,
        97, 268,
        241, 280, 282,
        265,
        270, 271, 438,
        425,
        428, 429, 430, 432, 442,
    ];

    /// <summary>Their numbers here; none where the architecture is not known.</summary>
    public static ReadOnlySpan<uint> Numbers => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => OnX64,
        Architecture.Arm64 => OnArm64,
        _ => [],
    };

    /// <summary>The architecture that the numbers are meant for.</summary>
    public static uint AuditArchitecture =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? LinuxSeccomp.AUDIT_ARCH_AARCH64 : LinuxSeccomp.AUDIT_ARCH_X86_64;
}
