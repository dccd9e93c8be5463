using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.Native;

namespace XenLoop.Interceptor.Status;

/// <summary>Answers <c>xenloop status</c>: whoever connects to the control socket and sends a <see cref="StatusForm"/> gets one report in that form.</summary>
internal sealed class StatusServer : IDisposable
{
    /// <summary>The last byte of a whole reply, which no text holds.</summary>
    public const byte EndOfReply = 0;

    private const int Backlog = 8;

    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<StatusReport> _report;
    private readonly ILogger _log;

    private StatusServer(Socket listener, string path, Func<StatusReport> report, ILogger log)
    {
        _listener = listener;
        _path = path;
        _report = report;
        _log = log;
    }

    /// <summary>Listens on <paramref name="path"/>, in place of what a killed agent left there.</summary>
    /// <exception cref="GuestSetupException">An agent of that name is alive, or the socket cannot be made.</exception>
    public static StatusServer Listen(string path, Func<StatusReport> report, ILogger log)
    {
        try
        {
            return new StatusServer(LocalSocket.Listen(path, Backlog), path, report, log);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new GuestSetupException($"An agent named '{Path.GetFileNameWithoutExtension(path)}' is already running, or {path} is no socket. Stop it, or start this one with another --name.", error);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"The control socket {path} cannot be made: {FailureText.Of(error)}. Is the directory writable? See --directory.", error);
        }
    }

    /// <summary>Serves until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using Socket client = await _listener.AcceptAsync(stop).ConfigureAwait(false);
                await ServeAsync(client, stop).ConfigureAwait(false);
            }
            catch (SocketException error)
            {
                // Out of descriptors, most likely: trying again at once would spin.
                GuestLog.ControlFailed(_log, FailureText.Of(error));
                await Task.Delay(AcceptPause, stop).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        LocalSocket.Remove(_path);
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ReplyLimit);
        try
        {
            await ReplyAsync(client, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping, or a client that does not read its answer.
        }
        catch (Exception error)
        {
            // Of any kind: to look at an agent must not end it. Without a descriptor left, the process's own figures cannot be read (InvalidOperationException).
            GuestLog.ControlFailed(_log, error is SocketException ? FailureText.Of(error) : error.GetType().Name);
        }
    }

    private async Task ReplyAsync(Socket client, CancellationToken limit)
    {
        byte[] request = new byte[1];
        if (await client.ReceiveAsync(request, limit).ConfigureAwait(false) == 0)
        {
            // It only wanted to know whether somebody listens.
            return;
        }

        ReadOnlyMemory<byte> reply = Reply((StatusForm)request[0]);
        while (!reply.IsEmpty)
        {
            reply = reply[await client.SendAsync(reply, limit).ConfigureAwait(false)..];
        }
    }

    private byte[] Reply(StatusForm form) => form switch
    {
        StatusForm.Json => Whole(StatusJson.Of(_report())),
        StatusForm.Text => Whole(TextOf(_report())),
        StatusForm.Verdict => Whole(StatusVerdict.Of(_report())),
        _ => [],
    };

    private static byte[] Whole(string text) => [.. Encoding.UTF8.GetBytes(text), EndOfReply];

    private static string TextOf(StatusReport report)
    {
        using var text = new StringWriter();
        StatusPrinter.Print([report], text);
        return text.ToString();
    }
}
