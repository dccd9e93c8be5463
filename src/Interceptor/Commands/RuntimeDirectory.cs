using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>The directory for sockets, usually on a file system that is empty after each boot.</summary>
internal static class RuntimeDirectory
{
    /// <summary>Makes the directory if it is missing; who may connect is decided socket by socket.</summary>
    /// <exception cref="GuestSetupException">It cannot be made.</exception>
    public static string Ensure(string path)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"The directory {path} for sockets cannot be made: {FailureText.Of(error)}. Run as root, or name another with --directory.", error);
        }
    }
}
