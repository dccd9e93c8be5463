using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary><c>xenloop announce</c> in Dom0: the announcer on the real XenStore, for as long as it takes until there is one, and again if it goes away.</summary>
/// <param name="sockets">xenstored's sockets, tried in order; see <see cref="XenStorePaths.Sockets"/>.</param>
/// <param name="device">The kernel's device, for a xenstored that runs in a domain of its own; see <see cref="XenStorePaths.Device"/>.</param>
/// <param name="options">The announcer's.</param>
/// <param name="clock">The time.</param>
/// <param name="log">For people.</param>
public sealed partial class XenHost(IReadOnlyList<string> sockets, string device, AnnouncerOptions options, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? _lastFailure;

    /// <summary>Announces until <paramref name="stop"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store answers, and says that this is not Dom0.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await TryConnectAsync(stop).ConfigureAwait(false) is { } store)
            {
                await using (store.ConfigureAwait(false))
                {
                    await AnnounceAsync(store, stop).ConfigureAwait(false);
                }
            }

            await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnnounceAsync(XenStoreConnection store, CancellationToken stop)
    {
        StoreResult<ReadOnlyMemory<byte>> number = await store.ReadAsync(StoreNames.DomainNumber, stop).ConfigureAwait(false);
        if (number.IsOk && DomainId.TryParse(Encoding.Latin1.GetString(number.Value.Span), out DomainId self) && self.Value != 0)
        {
            throw new StoreUnavailableException($"This is domain {self}, a guest: the announcer belongs into Dom0. In guests: xenloop run. For containers of this guest: xenloop announce --platform local.");
        }

        _lastFailure = null;
        LogConnected(log);
        try
        {
            await new Announcer(store, options, clock, log).RunAsync(stop).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            Note(failure.Message);
        }
    }

    private async Task<XenStoreConnection?> TryConnectAsync(CancellationToken cancel)
    {
        string? problem = null;
        foreach (string path in sockets)
        {
            try
            {
                return new XenStoreConnection(await LocalSocket.ConnectAsync(path, StoreTimeout, clock, cancel).ConfigureAwait(false), StoreTimeout, clock);
            }
            catch (Exception failure) when (failure is SocketException or TimeoutException)
            {
                problem ??= $"{path}: {FailureText.Of(failure)}";
            }
        }

        try
        {
            return XenBusTransport.Connect(device, StoreTimeout, clock);
        }
        catch (StoreUnavailableException failure)
        {
            Note($"No XenStore can be reached ({problem}). {failure.Message} Waiting for it.");
            return null;
        }
    }

    /// <summary>Says something once: at boot xenstored may take its time.</summary>
    private void Note(string problem)
    {
        if (problem != _lastFailure)
        {
            _lastFailure = problem;
            LogUnavailable(log, problem);
        }
    }

    [LoggerMessage(EventId = 230, Level = LogLevel.Information, Message = "Connected to the XenStore of this host.")]
    private static partial void LogConnected(ILogger log);

    [LoggerMessage(EventId = 231, Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogUnavailable(ILogger log, string problem);
}
