using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.Native;

namespace XenLoop.Interceptor.Confinement;

/// <summary>
/// Least privilege: gives up all capabilities except for those that a command needs, and the gaining of new ones; for itself and for
/// whatever it starts.
/// </summary>
/// <remarks>
/// The runtime has threads of its own before the first line of ours runs, and each thread has capabilities of its own. So the
/// program limits the one thread, and then executes itself again (execve(2) ends the others and keeps the limits).
/// No filter of system calls here: in the emulated Xen it cost 1.5 % of a round trip and 8 % of a TCP stream. The units have one
/// (<c>SystemCallFilter</c>), for those who want it at that price.
/// </remarks>
internal static unsafe partial class Confined
{
    /// <summary>Environment variable that is set in the second run.</summary>
    private const string Mark = "XENLOOP_CONFINED";

    /// <summary>Value of <see cref="Mark"/>. Everything except for the capabilities is harmless to repeat, so a mark that somebody else sets gains him only that they are kept.</summary>
    private const string MarkValue = "1";

    /// <summary>What <c>xenloop run</c> keeps: TAP, NFQUEUE, routes, traffic control and iptables; iptables-legacy's raw socket.</summary>
    public static ReadOnlySpan<int> Agent => [LinuxCapability.CAP_NET_ADMIN, LinuxCapability.CAP_NET_RAW];

    /// <summary>What <c>xenloop announce</c> and <c>xenloop guests</c> keep: nothing. Being root opens the store.</summary>
    public static ReadOnlySpan<int> Announcer => [];

    /// <summary>Starts the program again with no more than <paramref name="capabilities"/>; returns in the second run, or where that cannot be had.</summary>
    public static void Enter(ReadOnlySpan<int> capabilities, ILogger log)
    {
        if (Environment.GetEnvironmentVariable(Mark) == MarkValue)
        {
            return;
        }

        DropCapabilities(capabilities);
        if (LibC.prctl(LibC.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        {
            LogUnconfined(log, Errno.Describe(LibC.LastError));
            return;
        }

        LogUnconfined(log, Errno.Describe(Restart()));
    }

    /// <summary>The bounding set limits what root has after execve, beside what it inherits. Whoever is not root may not change it, and need not.</summary>
    private static void DropCapabilities(ReadOnlySpan<int> kept)
    {
        uint low = 0;
        foreach (int capability in kept)
        {
            low |= 1u << capability;
        }

        // Ends at the kernel's last capability.
        for (int i = 0; LibC.prctl(LibC.PR_CAPBSET_READ, (nuint)i, 0, 0, 0) >= 0; i++)
        {
            if (!kept.Contains(i))
            {
                _ = LibC.prctl(LibC.PR_CAPBSET_DROP, (nuint)i, 0, 0, 0);
            }
        }

        var header = new __user_cap_header_struct { version = LinuxCapability._LINUX_CAPABILITY_VERSION_3 };
        __user_cap_data_struct* sets = stackalloc __user_cap_data_struct[2];
        if (LibC.capget(&header, sets) == 0)
        {
            sets[0].inheritable &= low;
            sets[1].inheritable = 0;
            _ = LibC.capset(&header, sets);
        }
    }

    /// <returns>The error number.</returns>
    private static int Restart()
    {
        byte[] words = File.ReadAllBytes("/proc/self/cmdline");
        byte[] variables = [.. File.ReadAllBytes("/proc/self/environ"), .. Encoding.UTF8.GetBytes($"{Mark}={MarkValue}\0")];
        byte[] program = Encoding.UTF8.GetBytes((Environment.ProcessPath ?? "/proc/self/exe") + '\0');
        fixed (byte* path = program, firstWord = words, firstVariable = variables)
        {
            byte*[] arguments = Pointers(firstWord, words.Length);
            byte*[] environment = Pointers(firstVariable, variables.Length);
            fixed (byte** argv = arguments, envp = environment)
            {
                _ = LibC.execve(path, argv, envp);
            }
        }

        return LibC.LastError;
    }

    /// <summary>Where each of the strings begins, each of which ends with a zero byte; then null.</summary>
    private static byte*[] Pointers(byte* bytes, int length)
    {
        int count = new ReadOnlySpan<byte>(bytes, length).Count((byte)0);
        byte*[] pointers = new byte*[count + 1];
        byte* next = bytes;
        for (int i = 0; i < count; i++)
        {
            pointers[i] = next;
            next += new ReadOnlySpan<byte>(next, (int)(bytes + length - next)).IndexOf((byte)0) + 1;
        }

        return pointers;
    }

    [LoggerMessage(EventId = 430, Level = LogLevel.Warning, Message = "Cannot restart with fewer privileges ({Why}): running with all of them.")]
    private static partial void LogUnconfined(ILogger log, string why);
}
