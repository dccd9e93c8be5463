namespace XenLoop.Interceptor.Guest;

/// <summary>Whether super-packets and partial checksums cross the channel.</summary>
internal enum OffloadMode
{
    /// <summary>If this kernel passes the self-test.</summary>
    Auto,

    /// <summary>Or else do not start.</summary>
    On,

    /// <summary>Never: for kernels that pass the self-test and still misbehave.</summary>
    Off,
}
