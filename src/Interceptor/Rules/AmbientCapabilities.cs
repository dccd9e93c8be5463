using XenLoop.Native;

namespace XenLoop.Interceptor.Rules;

/// <summary>
/// Lets programs that this thread starts keep CAP_NET_ADMIN and CAP_NET_RAW when the agent is not root. Without that,
/// execve takes from an unprivileged user's child whatever its file does not grant (capabilities(7), "ambient").
/// </summary>
internal static unsafe class AmbientCapabilities
{
    /// <summary>iptables-nft asks for the first alone, iptables-legacy opens a raw socket as well.</summary>
    private static readonly int[] Wanted = [LinuxCapability.CAP_NET_ADMIN, LinuxCapability.CAP_NET_RAW];

    /// <summary>Does nothing as root. Capabilities that the agent does not have are not passed on; the program's own words then tell.</summary>
    public static void PassOnToChildren()
    {
        if (LibC.geteuid() == 0)
        {
            return;
        }

        var header = new __user_cap_header_struct { version = LinuxCapability._LINUX_CAPABILITY_VERSION_3 };
        __user_cap_data_struct* sets = stackalloc __user_cap_data_struct[2];
        if (LibC.capget(&header, sets) != 0)
        {
            return;
        }

        // Both are below 32: the first structure holds them. Only what is permitted and inheritable may be ambient.
        foreach (int capability in Wanted)
        {
            sets[0].inheritable |= sets[0].permitted & (1u << capability);
        }

        if (LibC.capset(&header, sets) != 0)
        {
            return;
        }

        foreach (int capability in Wanted)
        {
            _ = LibC.prctl(LibC.PR_CAP_AMBIENT, LibC.PR_CAP_AMBIENT_RAISE, (nuint)capability, 0, 0);
        }
    }
}
