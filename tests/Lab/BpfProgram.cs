using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace XenLoop.Lab;

/// <summary>A BPF program that gives one answer to every packet, loaded without any tools (<c>linux/bpf.h</c>).</summary>
public sealed unsafe partial class BpfProgram : IDisposable
{
    /// <summary>BPF_PROG_TYPE_XDP; its XDP_DROP is 1.</summary>
    public const uint Xdp = 6;

    private const long SYS_bpf = 321;
    private const int BPF_PROG_LOAD = 5;

    private readonly SafeFileHandle _program;

    /// <summary>Loads it.</summary>
    /// <param name="type">For what.</param>
    /// <param name="answer">To each packet.</param>
    public BpfProgram(uint type, int answer)
    {
        // r0 = answer; exit
        ulong[] instructions = [0xB7 | ((ulong)(uint)answer << 32), 0x95];
        fixed (ulong* first = instructions)
        fixed (byte* license = "GPL\0"u8)
        {
            var attributes = new LoadAttributes { ProgramType = type, InstructionCount = (uint)instructions.Length, Instructions = first, License = license };
            _program = new SafeFileHandle(Call(BPF_PROG_LOAD, &attributes, (uint)sizeof(LoadAttributes)), ownsHandle: true);
        }
    }

    /// <summary>For who attaches it by other means.</summary>
    public int Number => (int)_program.DangerousGetHandle();

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();

    private static int Call(int command, void* attributes, uint size)
    {
        int result = (int)syscall(SYS_bpf, command, attributes, size);
        return result >= 0 ? result : throw new LabException($"bpf: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, int command, void* attributes, uint size);

    /// <summary>The beginning of <c>union bpf_attr</c> for BPF_PROG_LOAD.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LoadAttributes
    {
        public uint ProgramType;
        public uint InstructionCount;
        public ulong* Instructions;
        public byte* License;
        public uint LogLevel;
        public uint LogSize;
        public ulong LogBuffer;
        public uint KernelVersion;
        public uint Flags;
    }
}
