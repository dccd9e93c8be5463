using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules;
using XenLoop.Netlink;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Commands;

/// <summary>Runs a command's body and turns what it throws into words and an exit code: never a stack trace.</summary>
internal static class CommandRunner
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>It could not be done; the reason is on standard error.</summary>
    public const int Failure = 1;

    /// <summary>Runs <paramref name="body"/>.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> body)
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Success;
        }
        catch (Exception error) when (IsExpected(error))
        {
            await Console.Error.WriteLineAsync($"xenloop: {error.Message}").ConfigureAwait(false);
            return Failure;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(
                $"xenloop: internal error: {error.GetType().Name}: {error.Message}\nTraffic takes the standard path. If rules were left behind, remove them with: xenloop cleanup").ConfigureAwait(false);
            return Failure;
        }
    }

    private static bool IsExpected(Exception error) =>
        error is GuestSetupException or RuleException or StoreUnavailableException or ChannelPlatformException or NetlinkException;
}
