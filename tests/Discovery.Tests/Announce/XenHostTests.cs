using System.Net.Sockets;

namespace XenLoop.Discovery.Tests;

/// <summary>The announcer's way to a store that comes and goes, over a socket where the test plays xenstored.</summary>
public sealed class XenHostTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The announcer's before it looks at any guest.</summary>
    private const int Watches = 4;

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly LinesLog _log = new();
    private readonly string _socket;
    private Task _run = Task.CompletedTask;

    public XenHostTests() => _socket = Path.Combine(_directory.Path, "socket");

    private int Connections => _log.Lines.Count(line => line.Contains("Connected to the XenStore", StringComparison.Ordinal));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Limit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task It_waits_for_a_store_and_comes_back_to_it()
    {
        Start();
        await TestGuest.UntilAsync(() => Said("No XenStore can be reached"), "it says that there is none");
        for (int life = 1; life <= 2; life++)
        {
            using Socket listener = LocalSocket.Listen(_socket, backlog: 1);
            using Socket xenstored = await AcceptAsync(listener, life);
            DuplexPipe pipe = DuplexPipe.Over(new NetworkStream(xenstored));
            XenStoreFrame question = await NextAsync(pipe);
            Assert.Equal(XenStoreMessage.XS_READ, question.Header.Type);
            Assert.Equal("domid\0"u8.ToArray(), question.Payload.ToArray());
            await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_READ, question.Header.Request, 0, "0"u8.ToArray(), Cancel);
            XenStoreFrame watch = await NextAsync(pipe);
            Assert.Equal(XenStoreMessage.XS_WATCH, watch.Header.Type);
            Assert.StartsWith("@", System.Text.Encoding.ASCII.GetString(watch.Payload.Span), StringComparison.Ordinal);
            Assert.Equal(life - 1, Connections);
            for (int left = Watches; left > 0; left--)
            {
                await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_WATCH, watch.Header.Request, 0, "OK\0"u8.ToArray(), Cancel);
                watch = await NextAsync(pipe);
            }

            Assert.Equal(XenStoreMessage.XS_DIRECTORY, watch.Header.Type);
            Assert.Equal(life, Connections);
        }

        await TestGuest.UntilAsync(() => Said("ConnectionLost"), "it says that the store was lost");
        Assert.False(_run.IsCompleted);
    }

    [Fact]
    public async Task A_device_that_nobody_answers_on_is_no_store_yet()
    {
        using PlayedGuest store = new("0");
        store.Freeze();
        StartWithDevice(store);
        await TestGuest.UntilAsync(() => Said("The kernel's device is there, but nobody answers"), "it says that nobody answers");

        // Many rounds, of which each would say it again, and more than one answer that does not come in time.
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancel);
        Assert.Single(_log.Lines);
        Assert.Single(store.Files);

        store.Thaw();
        await TestGuest.UntilAsync(() => Connections == 1, "it is connected");
        Assert.Equal(2, _log.Lines.Count(line => !line.Contains("cannot be listed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_store_that_hangs_up_each_time_is_said_to_be_missing_once()
    {
        using Socket listener = LocalSocket.Listen(_socket, backlog: 10);
        Start();
        for (int i = 0; i < 3; i++)
        {
            using Socket xenstored = await AcceptAsync(listener, i);
            await NextAsync(DuplexPipe.Over(new NetworkStream(xenstored)));
        }

        await TestGuest.UntilAsync(() => Said("does not let us watch"), "it says that the store does not do");
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_guest_is_no_place_for_it()
    {
        using Socket listener = LocalSocket.Listen(_socket, backlog: 1);
        Start();
        using Socket xenstored = await listener.AcceptAsync(Cancel).AsTask().WaitAsync(Limit, Cancel);
        DuplexPipe pipe = DuplexPipe.Over(new NetworkStream(xenstored));
        XenStoreFrame question = await NextAsync(pipe);
        await XenStoreFrame.WriteAsync(pipe.Output, XenStoreMessage.XS_READ, question.Header.Request, 0, "5"u8.ToArray(), Cancel);
        StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => _run.WaitAsync(Limit, Cancel));
        Assert.Contains("This is domain 5, a guest", refused.Message, StringComparison.Ordinal);
    }

    private async Task<Socket> AcceptAsync(Socket listener, int life)
    {
        try
        {
            return await listener.AcceptAsync(Cancel).AsTask().WaitAsync(Limit, Cancel);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Nobody connects in life {life}. The host is {_run.Status} ({_run.Exception?.InnerException}) and said:\n{string.Join("\n", _log.Lines)}", late);
        }
    }

    private static async Task<XenStoreFrame> NextAsync(DuplexPipe pipe) =>
        await XenStoreFrame.ReadAsync(pipe.Input, Cancel).AsTask().WaitAsync(Limit, Cancel) ?? throw new EndOfStreamException();

    private bool Said(string words) => _log.Lines.Any(line => line.Contains(words, StringComparison.Ordinal));

    private void Start()
    {
        var host = new XenHost([_socket], Path.Combine(_directory.Path, "no-device"), new AnnouncerOptions(), TimeProvider.System, _log) { Pause = TimeSpan.FromMilliseconds(20) };
        _run = Task.Run(() => host.RunAsync(_stop.Token));
    }

    private void StartWithDevice(PlayedGuest store)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(100);
        var host = new XenHost([_socket], () => XenBusTransport.Connect(store.Open(), timeout, TimeProvider.System), new AnnouncerOptions(), TimeProvider.System, _log) { Pause = TimeSpan.FromMilliseconds(20) };
        _run = Task.Run(() => host.RunAsync(_stop.Token));
    }
}
