using System.Text;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Opens the XenStore from within a guest, and ends the session when the guest has been restored.</summary>
public sealed partial class XenStoreConnector : IStoreConnector, IAsyncDisposable
{
    private readonly Func<TimeSpan, XenStoreConnection> _open;
    private readonly TimeSpan _timeout;
    private readonly RestoreWatch _restores;
    private readonly ILogger _log;
    private string? _lastComplaint;

    /// <summary>Makes a connector over the kernel's device.</summary>
    /// <param name="device">Usually <see cref="XenStorePaths.Device"/>.</param>
    /// <param name="timeout">Time limit of each reply.</param>
    /// <param name="clock">Measures the time limit.</param>
    /// <param name="log">The log, for people.</param>
    public XenStoreConnector(string device, TimeSpan timeout, TimeProvider clock, ILogger log)
        : this(limit => XenBusTransport.Connect(device, limit, clock), timeout, clock, log)
    {
    }

    /// <summary>Makes a connector over whatever <paramref name="open"/> connects to, with a time limit for each reply.</summary>
    internal XenStoreConnector(Func<TimeSpan, XenStoreConnection> open, TimeSpan timeout, TimeProvider clock, ILogger log)
    {
        _open = open;
        _timeout = timeout;
        _restores = new RestoreWatch(() => open(Timeout.InfiniteTimeSpan), timeout, clock);
        _log = log;
    }

    /// <inheritdoc/>
    public async Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel)
    {
        // Before anything is read: what a later life says must not be taken for this one's.
        DomainLife life = await _restores.CurrentAsync(cancel).ConfigureAwait(false);
        XenStoreConnection connection = _open(_timeout);
        try
        {
            StoreResult<ReadOnlyMemory<byte>> number = await connection.ReadAsync(StoreNames.DomainNumber, cancel).ConfigureAwait(false);
            if (!number.IsOk || !DomainId.TryParse(Encoding.Latin1.GetString(number.Value.Span), out DomainId domain))
            {
                throw new StoreUnavailableException($"The store does not tell this domain its number ({number.Status}).");
            }

            string? complaint = await new VifCheck(connection).ComplaintAsync(self, cancel).ConfigureAwait(false);
            if (complaint is not null && complaint != _lastComplaint)
            {
                LogVif(_log, complaint);
            }

            _lastComplaint = complaint;
            _ = EndAsync(connection, life);
            return new StoreSession(connection, domain, life);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _restores.DisposeAsync();

    /// <summary>Ends a connection with the life that it belongs to.</summary>
    private static async Task EndAsync(XenStoreConnection connection, DomainLife life)
    {
        // A connection that was lost before must not be held until then.
        await Task.WhenAny(life.Over, connection.Lost).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 350, Level = LogLevel.Warning, Message = "{Complaint}")]
    private static partial void LogVif(ILogger log, string complaint);
}
