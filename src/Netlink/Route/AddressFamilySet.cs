using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>Which IP families a mirror follows. IPv4 alone for now; everything that reads messages asks here.</summary>
internal readonly struct AddressFamilySet
{
    private readonly bool _v6;

    private AddressFamilySet(bool v6) => _v6 = v6;

    /// <summary>The set of IPv4 alone.</summary>
    public static AddressFamilySet IPv4 { get; } = new(v6: false);

    /// <summary>The family to ask a dump for (<c>AF_...</c>).</summary>
    public byte DumpFamily => _v6 ? (byte)LibC.AF_UNSPEC : (byte)LibC.AF_INET;

    /// <summary>True if messages of <paramref name="family"/> (<c>AF_...</c>) count.</summary>
    public bool Contains(byte family) => family == LibC.AF_INET || (_v6 && family == LibC.AF_INET6);

    /// <summary>Reads an address of a family (<c>AF_...</c>); null if the length does not fit it.</summary>
    public static InternetAddress? ReadAddress(byte family, ReadOnlySpan<byte> bytes) =>
        bytes.Length == AddressLength(family) ? InternetAddress.FromBytes(bytes) : null;

    /// <summary>The all-zero address of a family, which prefixes of length 0 leave out of their messages.</summary>
    public static InternetAddress Any(byte family) => family == LibC.AF_INET ? InternetAddress.FromIPv4(0) : default;

    private static int AddressLength(byte family) => family == LibC.AF_INET ? 4 : 16;
}
