using System.Net.Sockets;

namespace XenLoop.Native;

/// <summary>
/// Plain words for what the base library throws. Its own are not in the binary (UseSystemResourceKeys saves their room), only
/// their names: <c>IO_FileExists_Name, /run/xenloop</c>.
/// </summary>
public static class FailureText
{
    /// <summary>What went wrong, without a full stop at the end: to be put behind a colon.</summary>
    public static string Of(Exception failure) => failure switch
    {
        // The base library's number for the path of a Unix socket that is not there; others are not used.
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => Errno.Describe(Errno.ENOENT),
        SocketException socket => Errno.Describe(socket.NativeErrorCode),
        { InnerException: SocketException inner } => Of(inner),
        UnauthorizedAccessException { InnerException: IOException inner } => Of(inner),
        UnauthorizedAccessException => Errno.Describe(Errno.EACCES),
        FileNotFoundException or DirectoryNotFoundException => Errno.Describe(Errno.ENOENT),
        PathTooLongException => Errno.Describe(Errno.ENAMETOOLONG),
        EndOfStreamException => "the other side closed the connection",
        TimeoutException or OperationCanceledException => "no answer in time",

        // What the base library makes of EFBIG (Interop.GetExceptionForIoErrno).
        ArgumentOutOfRangeException { ParamName: "value" } => Errno.Describe(Errno.EFBIG),

        // Where the base library has no type of its own for an error of the system, this is its number; otherwise it is negative.
        IOException { HResult: > 0 and int error } => Errno.Describe(error),
        _ => failure.Message,
    };
}
