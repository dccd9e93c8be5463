using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>The kernel refused a netlink request, or the socket itself failed.</summary>
public sealed class NetlinkException : Exception
{
    /// <summary>Makes an exception that describes a failure.</summary>
    /// <param name="operation">What was tried, to follow "Cannot": <c>set the MTU of xl0 to 1500</c>.</param>
    /// <param name="error">The positive error number.</param>
    /// <param name="kernelWords">The kernel's own explanation (extended acknowledgement), if it gave one.</param>
    public NetlinkException(string operation, int error, string? kernelWords = null)
        : base(Compose(operation, error, kernelWords))
    {
        Error = error;
        KernelWords = kernelWords;
    }

    /// <summary>The error number, for example <see cref="Errno.EPERM"/>.</summary>
    public int Error { get; }

    /// <summary>The kernel's own explanation, or null.</summary>
    public string? KernelWords { get; }

    private static string Compose(string operation, int error, string? kernelWords)
    {
        string words = string.IsNullOrEmpty(kernelWords) ? Errno.Describe(error) : $"{Errno.Describe(error)}: {kernelWords}";
        string advice = error switch
        {
            Errno.EPERM or Errno.EACCES => " It needs CAP_NET_ADMIN in this network namespace: run as root or grant that capability.",
            Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT => " This kernel was built without that netlink protocol, or its module is not loaded.",
            Errno.ETIMEDOUT => " The kernel did not answer in time.",
            _ => "",
        };
        return $"Cannot {operation}: {words}.{advice}";
    }
}
