namespace XenLoop.Discovery;

/// <summary>Message types: <c>enum xsd_sockmsg_type</c> of <c>xen/include/public/io/xs_wire.h</c>, those that are spoken here.</summary>
public enum XenStoreMessage : uint
{
    /// <summary>List children.</summary>
    XS_DIRECTORY = 1,

    /// <summary>Read a value.</summary>
    XS_READ = 2,

    /// <summary>Read permissions.</summary>
    XS_GET_PERMS = 3,

    /// <summary>Set a watch.</summary>
    XS_WATCH = 4,

    /// <summary>End a watch.</summary>
    XS_UNWATCH = 5,

    /// <summary>Begin a transaction.</summary>
    XS_TRANSACTION_START = 6,

    /// <summary>Commit or drop a transaction.</summary>
    XS_TRANSACTION_END = 7,

    /// <summary>On Xen the toolstack names a new domain to the store; on the local store a guest introduces itself.</summary>
    XS_INTRODUCE = 8,

    /// <summary>Write a value.</summary>
    XS_WRITE = 11,

    /// <summary>Make a node.</summary>
    XS_MKDIR = 12,

    /// <summary>Remove a node and all below it.</summary>
    XS_RM = 13,

    /// <summary>Replace permissions.</summary>
    XS_SET_PERMS = 14,

    /// <summary>Unsolicited: a watch fired.</summary>
    XS_WATCH_EVENT = 15,

    /// <summary>A reply that carries an errno's name.</summary>
    XS_ERROR = 16,
}
