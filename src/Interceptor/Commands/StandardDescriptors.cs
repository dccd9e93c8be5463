using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>Descriptors 0, 1 and 2. Whoever starts the program may have closed them; the next socket or pipe would take their place, and get the log.</summary>
internal static unsafe class StandardDescriptors
{
    private const int Input = 0;
    private const int Error = 2;

    /// <summary>Opens <c>/dev/null</c> in place of those that are closed: for what is said on standard error to vanish, for output not to be writable.</summary>
    public static void Reserve()
    {
        fixed (byte* path = "/dev/null\0"u8)
        {
            for (int descriptor = Input; descriptor <= Error; descriptor++)
            {
                if (LibC.fcntl(descriptor, LibC.F_GETFD, 0) < 0)
                {
                    // The lowest that is free: this one.
                    _ = LibC.open(path, descriptor == Error ? LibC.O_RDWR : LibC.O_RDONLY);
                }
            }
        }
    }
}
