using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Xen;

namespace XenLoop.Interceptor.Commands;

/// <summary>What connects the guests: the Xen host that this domain runs on, or the local host of one kernel.</summary>
internal static class PlatformChoice
{
    /// <summary><c>--platform xen</c>.</summary>
    public const string Xen = "xen";

    /// <summary><c>--platform local</c>.</summary>
    public const string Local = "local";

    /// <summary><c>--platform auto</c>: Xen where there is one.</summary>
    public const string Auto = "auto";

    /// <summary>True if <c>--platform</c> means Xen on this machine.</summary>
    public static bool IsXen(string choice, XenMachine machine) => choice == Xen || (choice == Auto && machine.HasXen);

    /// <summary>The Xen platform of this guest.</summary>
    /// <exception cref="GuestSetupException">This is not a Xen guest, or a module or device is missing.</exception>
    public static GuestPlatform ChooseXen(XenMachine machine, ILogger log)
    {
        if (machine.MissingForGuest() is { } problem)
        {
            throw new GuestSetupException(problem);
        }

        try
        {
            var keeper = new PortKeeper();
            var store = new XenStoreConnector(XenStorePaths.Device, StoreTiming.AnswerLimit, TimeProvider.System, log);
            return new GuestPlatform(Xen, IsXen: true, store, self => new XenChannelPlatform(self, keeper), keeper);
        }
        catch (ChannelPlatformException failure)
        {
            throw new GuestSetupException(failure.Message, failure);
        }
    }

    /// <summary>The local platform. Whether its host runs already does not matter: the agent waits for it.</summary>
    /// <param name="directory">Where the local host's sockets are.</param>
    public static GuestPlatform ChooseLocal(string directory)
    {
        string broker = Path.Combine(directory, LocalHost.GrantsSocketName);
        return new GuestPlatform(Local, IsXen: false, new LocalStoreConnector(directory, StoreTiming.AnswerLimit, TimeProvider.System), self => new LocalChannelPlatform(broker, self));
    }
}
