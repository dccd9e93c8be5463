using System.Net.Sockets;

namespace XenLoop.Discovery.Tests;

/// <summary>The announcer's way to a store that comes and goes, over a socket where the test plays xenstored.</summary>
public sealed class XenHostTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly LinesLog _log = new();
    private readonly string _socket;
    private Task _run = Task.CompletedTask;

    public XenHostTests() => _socket = Path.Combine(_directory.Path, "socket");

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
            Assert.Equal(life, _log.Lines.Count(line => line.Contains("Connected to the XenStore", StringComparison.Ordinal)));
        }

        await TestGuest.UntilAsync(() => Said("ConnectionLost"), "it says that the store was lost");
        Assert.False(_run.IsCompleted);
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
        var host = new XenHost([_socket], Path.Combine(_directory.Path, "no-device"), new AnnouncerOptions(), TimeProvider.System, _log);
        _run = Task.Run(() => host.RunAsync(_stop.Token));
    }
}
