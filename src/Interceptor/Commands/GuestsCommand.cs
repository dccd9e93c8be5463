using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Confinement;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop guests</c>: what Dom0 knows of the host's guests.</summary>
internal static class GuestsCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create() => new("guests", "In Dom0: show which guests take part, who was told of whom, and why others are left out.")
    {
        Options = [CommonOptions.Platform, CommonOptions.Directory, CommonOptions.Json],
        Preparation = Prepare,
        Action = RunAsync,
    };

    private static void Prepare(Arguments arguments)
    {
        using var log = new ErrorLog(LogLevel.Warning, Console.Error, ErrorLog.FormOfStandardError);
        Confined.Enter(Confined.Announcer, log);
    }

    private static async Task<int> RunAsync(Arguments arguments, CancellationToken stop)
    {
        var machine = new XenMachine("/");
        bool onXen = PlatformChoice.IsXen(arguments.Text(CommonOptions.Platform), machine);

        // On the local platform the store is the announcer's own: where one answers, the other runs.
        bool? announcerRuns = onXen ? AnnouncerGuard.IsTaken(XenStorePaths.Device) : true;
        IStore store = await (onXen ? OpenXenAsync(machine, stop) : new LocalStoreConnector(arguments.Text(CommonOptions.Directory), StoreTiming.AnswerLimit, TimeProvider.System).ObserveAsync(stop)).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            IReadOnlyList<SurveyedGuest> guests = await new GuestSurvey(store, announcerRuns).ReadAsync(stop).ConfigureAwait(false);
            if (arguments.Has(CommonOptions.Json))
            {
                Console.Out.WriteLine(HostJson.Of(onXen ? PlatformChoice.Xen : PlatformChoice.Local, announcerRuns, guests));
            }
            else
            {
                HostPrinter.Print(announcerRuns, guests, Console.Out);
            }
        }

        return CommandRunner.Success;
    }

    private static Task<IStore> OpenXenAsync(XenMachine machine, CancellationToken stop)
    {
        if (machine is { HasXen: true, IsDom0: false })
        {
            throw new GuestSetupException("This is a Xen guest: what the store says of other guests only Dom0 may read. There: xenloop guests. Here: xenloop status. For containers of this guest: xenloop guests --platform local.");
        }

        return Dom0Store.OpenAsync(XenStorePaths.Sockets, XenStorePaths.Device, TimeProvider.System, stop);
    }
}
