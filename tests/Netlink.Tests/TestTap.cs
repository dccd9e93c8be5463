using System.Text;
using XenLoop.Native;

namespace XenLoop.Netlink.Tests;

/// <summary>A TAP without offloads, to put frames into a namespace.</summary>
internal sealed unsafe class TestTap : IDisposable
{
    private const nuint TUNSETIFF = 0x400454CA;
    private const short IFF_TAP = 0x2;
    private const short IFF_NO_PI = 0x1000;
    private const int FlagsOffset = LibC.IF_NAMESIZE;
    private const int RequestLength = 40;

    private readonly FileDescriptor _device;

    private TestTap(FileDescriptor device) => _device = device;

    public static TestTap Open(string name)
    {
        FileDescriptor device;
        fixed (byte* path = "/dev/net/tun\0"u8)
        {
            device = new FileDescriptor(LibC.open(path, LibC.O_RDWR | LibC.O_CLOEXEC));
        }

        byte* request = stackalloc byte[RequestLength];
        var bytes = new Span<byte>(request, RequestLength);
        bytes.Clear();
        Encoding.ASCII.GetBytes(name, bytes);
        BitConverter.TryWriteBytes(bytes[FlagsOffset..], (short)(IFF_TAP | IFF_NO_PI));
        Assert.True(LibC.ioctl(device.Number, TUNSETIFF, request) == 0, Errno.Describe(LibC.LastError));
        return new TestTap(device);
    }

    public void Write(ReadOnlySpan<byte> frame)
    {
        fixed (byte* bytes = frame)
        {
            Assert.Equal(frame.Length, LibC.write(_device.Number, bytes, (nuint)frame.Length));
        }
    }

    public void Dispose() => _device.Dispose();
}
