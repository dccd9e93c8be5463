namespace XenLoop.Discovery;

/// <summary>What a domain may do with a node; the letters of the store's permission strings.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary><c>n</c></summary>
    None = 0,

    /// <summary><c>r</c></summary>
    Read = 1,

    /// <summary><c>w</c></summary>
    Write = 2,

    /// <summary><c>b</c></summary>
    Both = Read | Write,
}
