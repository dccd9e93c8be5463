namespace XenLoop.Native;

/// <summary><c>linux/capability.h</c>.</summary>
public static class LinuxCapability
{
    public const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int CAP_NET_ADMIN = 12;
    public const int CAP_NET_RAW = 13;
}
