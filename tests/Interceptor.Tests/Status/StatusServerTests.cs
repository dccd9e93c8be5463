using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Tests.Status;

public sealed class StatusServerTests
{
    private const string Name = "agent";

    /// <summary>The runtime says so where no descriptor is left to read the process's own figures with: whoever looked at such an agent ended it.</summary>
    [Fact]
    public async Task A_report_that_cannot_be_made_ends_nothing()
    {
        string directory = Directory.CreateTempSubdirectory("xenloop-status-").FullName;
        try
        {
            using var stop = new CancellationTokenSource();
            using var server = StatusServer.Listen(ControlSocket.PathOf(directory, Name), static () => throw new InvalidOperationException("no process info"), NullLogger.Instance);
            Task serving = server.RunAsync(stop.Token);
            for (int i = 0; i < 2; i++)
            {
                Assert.Throws<GuestSetupException>(() => StatusClient.Ask(directory, Name, StatusForm.Json));
                Assert.False(serving.IsCompleted);
            }

            await stop.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
