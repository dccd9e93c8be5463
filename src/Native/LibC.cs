namespace XenLoop.Native;

/// <summary>
/// The part of the C library that XenLoop calls, one file per C header.
/// </summary>
/// <remarks>
/// Every function keeps its C name, arguments and error contract: a negative result (or <c>MAP_FAILED</c>) means
/// failure, and <see cref="LastError"/> then holds <c>errno</c>. Nothing here retries, wraps or throws; that is the
/// caller's business. All signatures are blittable, so a call costs a transition and no marshalling.
/// </remarks>
public static unsafe partial class LibC
{
    internal const string Library = "libc";

    /// <summary>The <c>errno</c> that the last failing call on this thread left behind.</summary>
    public static int LastError => System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
}
