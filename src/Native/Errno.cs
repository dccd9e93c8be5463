namespace XenLoop.Native;

/// <summary><c>errno.h</c>: the error numbers that XenLoop tells apart (Linux, all architectures that .NET supports).</summary>
public static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EPIPE = 32;
    public const int ENAMETOOLONG = 36;
    public const int EPROTO = 71;
    public const int EMSGSIZE = 90;
    public const int EPROTONOSUPPORT = 93;
    public const int EAFNOSUPPORT = 97;
    public const int EADDRINUSE = 98;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;

    /// <summary>The C library's words for <paramref name="error"/>, with the number: <c>Operation not permitted (errno 1)</c>.</summary>
    public static string Describe(int error) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)} (errno {error})");
}
