namespace XenLoop.Native;

/// <summary><c>linux/seccomp.h</c>, <c>linux/audit.h</c> and what filters take of <c>linux/bpf_common.h</c>.</summary>
public static class LinuxSeccomp
{
    public const nuint SECCOMP_MODE_FILTER = 2;
    public const uint SECCOMP_RET_ERRNO = 0x0005_0000;
    public const uint SECCOMP_RET_ALLOW = 0x7FFF_0000;

    /// <summary>Offset of <c>nr</c> in <c>struct seccomp_data</c>.</summary>
    public const uint NumberOffset = 0;

    /// <summary>Offset of <c>arch</c> in <c>struct seccomp_data</c>.</summary>
    public const uint ArchitectureOffset = 4;

    public const uint AUDIT_ARCH_X86_64 = 0xC000_003E;
    public const uint AUDIT_ARCH_AARCH64 = 0xC000_00B7;

    /// <summary><c>BPF_LD | BPF_W | BPF_ABS</c>: loads a word of <c>struct seccomp_data</c>.</summary>
    public const ushort LoadWord = 0x20;

    /// <summary><c>BPF_JMP | BPF_JEQ | BPF_K</c>.</summary>
    public const ushort JumpIfEqual = 0x15;

    /// <summary><c>BPF_JMP | BPF_JGE | BPF_K</c>.</summary>
    public const ushort JumpIfAtLeast = 0x35;

    /// <summary><c>BPF_RET | BPF_K</c>.</summary>
    public const ushort Return = 0x06;
}
