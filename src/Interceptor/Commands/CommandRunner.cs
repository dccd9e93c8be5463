using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Rules;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Commands;

/// <summary>Runs what a command line asks for and turns what it throws into words and an exit code: never a stack trace.</summary>
internal static class CommandRunner
{
    /// <summary>Exit code: all is well.</summary>
    public const int Success = 0;

    /// <summary>Exit code: it could not be done; the reason is on standard error.</summary>
    public const int Failure = 1;

    /// <summary>Exit code: the command line makes no sense, and will not by itself. The units' <c>RestartPreventExitStatus=</c>.</summary>
    public const int Misuse = 2;

    /// <summary>Exit code of <c>status --check</c>: an agent runs, and lacks something that the fast path needs.</summary>
    public const int Degraded = 3;

    /// <summary>Milliseconds that the last words may take: a log that is a full pipe takes none, and may keep others waiting.</summary>
    private const int LastWordsMilliseconds = 1500;

    /// <summary>Parses a command line and runs its command.</summary>
    /// <param name="root">The program's commands.</param>
    /// <param name="words">The command line without the program's name.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Command root, string[] words)
    {
        CommandLineParser parser = CommandLineParser.Find(root, words);
        StandardDescriptors.Reserve();

        // A log at the size limit of its file or of this process is a failed write (EFBIG), and no reason to be killed.
        _ = LibC.signal(LibC.SIGXFSZ, LibC.SIG_IGN);
        Console.SetOut(StandardStream.Output());
        Console.SetError(StandardStream.Error());
        AppDomain.CurrentDomain.UnhandledException += static (_, fault) => EndByFault((Exception)fault.ExceptionObject);
        try
        {
            if (parser.WantsHelp)
            {
                Console.Out.Write(HelpText.Of(parser.Command, parser.Path));
                return Success;
            }

            parser.ReadOptions();
            parser.Command.Preparation?.Invoke(parser.Arguments);
            return await RunAsync(parser.Command.Action!, parser.Arguments).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Success;
        }
        catch (UsageException error)
        {
            return Fail($"{error.Message}\nSee: {parser.Path} --help", Misuse);
        }
        catch (Exception error) when (IsExpected(error))
        {
            return Fail(error.Message);
        }
        catch (Exception error)
        {
            return FailByFault(error);
        }
    }

    private static async Task<int> RunAsync(Func<Arguments, CancellationToken, Task<int>> action, Arguments arguments)
    {
        using var signals = new StopSignals();
        Task<int> running = action(arguments, signals.Token);
        return await (await Task.WhenAny(running, signals.Overdue).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>What escapes a thread of ours ends the process in any case; so with words, if they can be said in a moment, and not with a trace and SIGABRT.</summary>
    private static void EndByFault(Exception error)
    {
        var words = new Thread(() => FailByFault(error)) { IsBackground = true };
        words.Start();
        words.Join(LastWordsMilliseconds);
        LibC._exit(Failure);
    }

    private static int FailByFault(Exception error) =>
        Fail($"internal error: {error.GetType().Name}: {error.Message}\nTraffic takes the standard path. If rules were left behind, remove them with: xenloop cleanup");

    private static int Fail(string message, int exitCode = Failure)
    {
        string words = $"xenloop: {message}";
        Console.Error.WriteLine(JournalStream.IsStandardError ? JournalStream.Prioritize(LogLevel.Error, words) : words);
        return exitCode;
    }

    private static bool IsExpected(Exception error) =>
        error is OutputException or GuestSetupException or RuleException or StoreUnavailableException or ChannelPlatformException or NetlinkException;
}
