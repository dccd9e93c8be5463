namespace XenLoop.Discovery;

/// <summary>How a store request ended. The store's own error names differ between oxenstored and C xenstored; they are folded here.</summary>
public enum StoreStatus
{
    /// <summary>The request was carried out.</summary>
    Ok,

    /// <summary><c>ENOENT</c>: there is no such node.</summary>
    NotFound,

    /// <summary><c>EACCES</c> or <c>EPERM</c>: the node's permissions keep this domain out.</summary>
    AccessDenied,

    /// <summary><c>EQUOTA</c>, <c>ENOSPC</c> or <c>E2BIG</c>: too many nodes or watches, or too long a value, for this domain.</summary>
    QuotaExceeded,

    /// <summary><c>EEXIST</c>: the same watch is set already.</summary>
    Exists,

    /// <summary><c>EAGAIN</c>: a transaction met an intervening write; <c>EBUSY</c>: the store cannot now. Worth another try.</summary>
    TryAgain,

    /// <summary><c>EINVAL</c> and every other refusal.</summary>
    Invalid,

    /// <summary>No reply in time. The request may or may not have been carried out.</summary>
    TimedOut,

    /// <summary>The connection has gone; everything on it fails from now on.</summary>
    ConnectionLost,
}
