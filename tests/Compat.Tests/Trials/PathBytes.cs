namespace XenLoop.Compat.Tests.Trials;

/// <summary>Bytes between the two guests of a trial.</summary>
/// <param name="ToServer">From the client's guest.</param>
/// <param name="ToClient">From the server's guest.</param>
internal readonly record struct PathBytes(long ToServer, long ToClient)
{
    public static PathBytes operator -(PathBytes left, PathBytes right) =>
        new(left.ToServer - right.ToServer, left.ToClient - right.ToClient);
}
