namespace XenLoop.Interceptor.Guest;

/// <summary>Whether super-packets and partial checksums cross the channel.</summary>
internal enum OffloadMode
{
    /// <summary>They do if this kernel passes the self-test.</summary>
    Auto,

    /// <summary>They do; a kernel that does not pass the self-test keeps the agent from starting.</summary>
    On,

    /// <summary>They never do: for kernels that pass the self-test and still misbehave.</summary>
    Off,
}
