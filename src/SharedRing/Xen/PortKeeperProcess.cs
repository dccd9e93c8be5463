using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>The keeper: see <see cref="PortKeeper"/> for what it is good for.</summary>
/// <remarks>
/// It does nothing except wait for its agent: no thread, no timer. It ends when the agent has ended and nothing is left that must stay
/// open; otherwise it stays as long as the domain runs. It cannot be asked to end: SIGTERM, SIGINT and SIGHUP are ignored.
/// </remarks>
public static unsafe class PortKeeperProcess
{
    /// <summary>The word that makes a program a keeper.</summary>
    public const string Command = "keep-ports";

    /// <summary>Descriptor of the agent's socket: standard input.</summary>
    internal const int Socket = 0;

    /// <summary>Runs until the keeper is not needed any more.</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        foreach (int number in (ReadOnlySpan<int>)[LibC.SIGTERM, LibC.SIGINT, LibC.SIGHUP])
        {
            _ = LibC.signal(number, LibC.SIG_IGN);
        }

        fixed (byte* name = "xenloop-ports\0"u8)
        {
            _ = LibC.prctl(LibC.PR_SET_NAME, (nuint)name, 0, 0, 0);
        }

        using GrantMapper? mapper = TryMap();
        if (mapper is null)
        {
            return 1;
        }

        HeldPorts held = new(mapper);
        while (TryReceive(out KeeperMessage message, out int device))
        {
            held.Take(message, device);
        }

        if (!held.TryLeave())
        {
            while (true)
            {
                _ = LibC.poll(null, 0, -1);
            }
        }

        return 0;
    }

    /// <summary>Opens the device for grants; null if that cannot be had now, and the agent tries again.</summary>
    private static GrantMapper? TryMap()
    {
        try
        {
            return new GrantMapper();
        }
        catch (ChannelPlatformException)
        {
            return null;
        }
    }

    /// <summary>Receives a message; false once the agent has ended.</summary>
    private static bool TryReceive(out KeeperMessage message, out int device)
    {
        Span<int> devices = stackalloc int[1];
        message = default;
        device = -1;
        int error, length, passed;
        do
        {
            error = DescriptorPassing.Receive(Socket, MemoryMarshal.AsBytes(new Span<KeeperMessage>(ref message)), devices, out length, out passed, 0);
        }
        while (error == Errno.EMSGSIZE); // No descriptor left for one more port: those that are held are as good as before.

        device = passed == 1 ? devices[0] : -1;
        return error == 0 && length == KeeperMessage.Bytes;
    }
}
