using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Netlink.Tests;

/// <summary>An XDP program that drops everything, put onto an interface without any tools (<c>linux/bpf.h</c>, <c>linux/if_link.h</c>).</summary>
internal static unsafe partial class XdpProgram
{
    private const long SYS_bpf = 321;
    private const int BPF_PROG_LOAD = 5;
    private const uint BPF_PROG_TYPE_XDP = 6;
    private const ushort IFLA_XDP_FD = 1;
    private const ushort IFLA_XDP_FLAGS = 3;
    private const uint XDP_FLAGS_SKB_MODE = 2;

    /// <summary><c>r0 = XDP_DROP; exit</c>.</summary>
    private static readonly ulong[] s_instructions = [0x0000_0001_0000_00B7, 0x0000_0000_0000_0095];

    /// <summary>Puts it onto eth0, in generic mode, or takes it away.</summary>
    public static void Set(TestNetwork network, bool attached) => network.Namespace.Enter(() =>
    {
        if (attached)
        {
            Attach(network.Eth0.Index);
        }
        else
        {
            Set(network.Eth0.Index, -1);
        }

        return 0;
    });

    private static void Attach(int index)
    {
        int program = Load();
        try
        {
            Set(index, program);
        }
        finally
        {
            _ = LibC.close(program);
        }
    }

    private static int Load()
    {
        fixed (ulong* instructions = s_instructions)
        fixed (byte* license = "GPL\0"u8)
        {
            var attributes = new LoadAttributes { ProgramType = BPF_PROG_TYPE_XDP, InstructionCount = (uint)s_instructions.Length, Instructions = instructions, License = license };
            int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, (uint)sizeof(LoadAttributes));
            Assert.True(program >= 0, $"bpf: {Errno.Describe(Marshal.GetLastPInvokeError())}");
            return program;
        }
    }

    private static void Set(int index, int program)
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        var message = new NetlinkMessageWriter(stackalloc byte[128], LinuxRtnetlink.RTM_NEWLINK);
        message.Append(new ifinfomsg { ifi_index = index });
        int xdp = message.BeginNested(LinuxRtnetlink.IFLA_XDP);
        message.Put(IFLA_XDP_FD, program);
        message.Put(IFLA_XDP_FLAGS, XDP_FLAGS_SKB_MODE);
        message.EndNested(xdp);
        socket.Request(ref message, "set an XDP program");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, int command, LoadAttributes* attributes, uint size);

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
