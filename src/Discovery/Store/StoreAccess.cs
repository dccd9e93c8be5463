namespace XenLoop.Discovery;

/// <summary>What a domain may do with a node; the letters of the store's permission strings.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>No right: <c>n</c>.</summary>
    None = 0,

    /// <summary>May read: <c>r</c>.</summary>
    Read = 1,

    /// <summary>May write: <c>w</c>.</summary>
    Write = 2,

    /// <summary>May read and write: <c>b</c>.</summary>
    Both = Read | Write,
}
