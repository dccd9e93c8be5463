using System.Runtime.InteropServices;
using System.Text;

namespace XenLoop.Native;

/// <summary>An owned file descriptor: closed once, when disposed or finalised.</summary>
public sealed class FileDescriptor : SafeHandle
{
    /// <summary>Takes ownership of <paramref name="fd"/>.</summary>
    public FileDescriptor(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    /// <summary>Opens a file; what could not be opened is <see cref="IsInvalid"/>, and <see cref="LibC.LastError"/> says why.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="flags">As of <c>open</c>; always closed in programs that are started.</param>
    public static unsafe FileDescriptor Open(string path, int flags)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return new FileDescriptor(LibC.open(name, flags | LibC.O_CLOEXEC));
        }
    }

    /// <summary>The number, valid until <see cref="SafeHandle.Dispose()"/>.</summary>
    public int Number => (int)handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
