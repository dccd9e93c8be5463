using Microsoft.Extensions.Logging;

namespace XenLoop.Discovery;

/// <summary><c>xenloop announce</c> in Dom0: the announcer on the real XenStore, for as long as it takes until there is one, and again if it goes away.</summary>
public sealed partial class XenHost
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<string> _sockets;
    private readonly Func<XenStoreConnection> _openDevice;
    private readonly AnnouncerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private XenStoreConnection? _device;
    private Task<StoreResult<ReadOnlyMemory<byte>>> _answer = Task.FromResult<StoreResult<ReadOnlyMemory<byte>>>(StoreStatus.ConnectionLost);
    private string? _lastFailure;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="sockets">xenstored's sockets, tried in order; see <see cref="XenStorePaths.Sockets"/>.</param>
    /// <param name="device">The kernel's device, for a xenstored that runs in a domain of its own; see <see cref="XenStorePaths.Device"/>.</param>
    /// <param name="options">The announcer's options.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="log">The log, for people.</param>
    public XenHost(IReadOnlyList<string> sockets, string device, AnnouncerOptions options, TimeProvider clock, ILogger log)
        : this(sockets, () => XenBusTransport.Connect(device, StoreTimeout, clock), options, clock, log)
    {
    }

    /// <summary>As the public constructor, with whatever <paramref name="openDevice"/> connects to instead of the device.</summary>
    internal XenHost(IReadOnlyList<string> sockets, Func<XenStoreConnection> openDevice, AnnouncerOptions options, TimeProvider clock, ILogger log)
    {
        _sockets = sockets;
        _openDevice = openDevice;
        _options = options;
        _clock = clock;
        _log = log;
    }

    /// <summary>Time between two tries to connect, and as long as the device may take to answer in each.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Announces until <paramref name="stop"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store answers, and says that this is not Dom0.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await RepeatAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            await ForgetDeviceAsync().ConfigureAwait(false);
        }
    }

    private async Task RepeatAsync(CancellationToken stop)
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

            await Task.Delay(Pause, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnnounceAsync(XenStoreConnection store, CancellationToken stop)
    {
        if (await Dom0Store.GuestNumberAsync(store, stop).ConfigureAwait(false) is { } self)
        {
            throw new StoreUnavailableException($"This is domain {self}, a guest: the announcer belongs in Dom0. In guests: xenloop run. For containers of this guest: xenloop announce --platform local.");
        }

        try
        {
            await new Announcer(store, _options, _clock, _log) { Watching = Connected }.RunAsync(stop).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            Note(failure.Message);
        }
    }

    private async Task<XenStoreConnection?> TryConnectAsync(CancellationToken cancel)
    {
        (XenStoreConnection? socket, string? problem) = await TrySocketsAsync(cancel).ConfigureAwait(false);
        if (socket is not null)
        {
            return socket;
        }

        try
        {
            if (await TryDeviceAsync(cancel).ConfigureAwait(false) is { } device)
            {
                // A store that has come meanwhile has a socket, which takes more than one request at a time.
                try
                {
                    (socket, _) = await TrySocketsAsync(cancel).ConfigureAwait(false);
                    return socket ?? device;
                }
                finally
                {
                    if (socket is not null || cancel.IsCancellationRequested)
                    {
                        await device.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }

            Note($"No XenStore can be reached ({problem}). The kernel's device is there, but nobody answers. Waiting for it.");
        }
        catch (StoreUnavailableException failure)
        {
            Note($"No XenStore can be reached ({problem}). {failure.Message} Waiting for it.");
        }

        return null;
    }

    /// <returns>A connection; or why there is none.</returns>
    private async Task<(XenStoreConnection? Connection, string? Problem)> TrySocketsAsync(CancellationToken cancel)
    {
        (XenStoreConnection? Connection, string? Problem) found = await Dom0Store.TrySocketsAsync(_sockets, StoreTimeout, _clock, cancel).ConfigureAwait(false);
        if (found.Connection is not null)
        {
            await ForgetDeviceAsync().ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>
    /// The device's store, once it has answered: in Dom0 the device can be opened before any store runs (<c>xenstored_local_init</c> makes the
    /// connection at boot), and takes requests. It is opened once and kept, since each that is given up leaves its request with the kernel.
    /// </summary>
    /// <exception cref="StoreUnavailableException">There is no device, or this process may not use it.</exception>
    private async Task<XenStoreConnection?> TryDeviceAsync(CancellationToken cancel)
    {
        if (_device is null || _device.Lost.IsCompleted)
        {
            await ForgetDeviceAsync().ConfigureAwait(false);
            _device = _openDevice();
        }

        if (_answer.IsCompleted)
        {
            _answer = _device.ReadAsync(StoreNames.DomainNumber, cancel);
        }

        await Task.WhenAny(_answer, Task.Delay(Pause, _clock, cancel)).ConfigureAwait(false);
        if (!_answer.IsCompletedSuccessfully || (await _answer.ConfigureAwait(false)).Status is StoreStatus.TimedOut or StoreStatus.ConnectionLost)
        {
            return null;
        }

        XenStoreConnection answering = _device;
        _device = null;
        return answering;
    }

    private async Task ForgetDeviceAsync()
    {
        if (_device is not null)
        {
            await _device.DisposeAsync().ConfigureAwait(false);
            await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _device = null;
        }
    }

    private void Connected()
    {
        _lastFailure = null;
        LogConnected(_log);
    }

    /// <summary>Logs a problem once: at boot xenstored may take its time.</summary>
    private void Note(string problem)
    {
        if (problem != _lastFailure)
        {
            _lastFailure = problem;
            LogUnavailable(_log, problem);
        }
    }

    [LoggerMessage(EventId = 230, Level = LogLevel.Information, Message = "Connected to the XenStore of this host.")]
    private static partial void LogConnected(ILogger log);

    [LoggerMessage(EventId = 231, Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogUnavailable(ILogger log, string problem);
}
