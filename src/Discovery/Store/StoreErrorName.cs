using System.Text;

namespace XenLoop.Discovery;

/// <summary>The store sends errors as errno names (<c>xs_wire.h</c>, <c>xsd_errors</c>); oxenstored and C xenstored choose differently.</summary>
internal static class StoreErrorName
{
    /// <summary>Reads the error of an XS_ERROR payload.</summary>
    public static StoreStatus Parse(ReadOnlySpan<byte> payload) => Encoding.Latin1.GetString(payload.TrimEnd((byte)0)) switch
    {
        "ENOENT" => StoreStatus.NotFound,
        "EACCES" or "EPERM" => StoreStatus.AccessDenied,
        "EQUOTA" or "ENOSPC" or "E2BIG" => StoreStatus.QuotaExceeded,
        "EEXIST" => StoreStatus.Exists,
        "EAGAIN" or "EBUSY" => StoreStatus.TryAgain,
        _ => StoreStatus.Invalid,
    };

    /// <summary>The error's name, for an XS_ERROR payload.</summary>
    public static string Of(StoreStatus status) => status switch
    {
        StoreStatus.NotFound => "ENOENT",
        StoreStatus.AccessDenied => "EACCES",
        StoreStatus.QuotaExceeded => "EQUOTA",
        StoreStatus.Exists => "EEXIST",
        StoreStatus.TryAgain => "EAGAIN",
        _ => "EINVAL",
    };
}
