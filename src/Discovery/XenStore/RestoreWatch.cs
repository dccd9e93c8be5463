namespace XenLoop.Discovery;

/// <summary>
/// Notices that this domain was restored: the kernel then sets every watch again (<c>xs_resume</c> in <c>xenbus_xs.c</c>), and a
/// new watch fires once at once, so a watch on our own <c>domid</c> tells even if the number is the same.
/// </summary>
/// <remarks>
/// It has a connection of its own, which outlives those of the agent: a restore between two of them must not go unnoticed.
/// The first event is that of setting the watch: <c>docs/misc/xenstore.txt</c> promises it for a node that we may read, both stores
/// send it, and it is waited for here, however late it comes. Nobody changes <c>domid</c>, so every further one is a restore;
/// were one not, the price is that all channels are made again.
/// </remarks>
/// <param name="open">Connects to the store, without a time limit for replies: a store that stands still is waited for on one connection,
/// for each that is given up keeps a thread in the kernel until the store answers.</param>
/// <param name="timeout">How long one caller waits.</param>
/// <param name="clock">Measures the time limit.</param>
internal sealed class RestoreWatch(Func<XenStoreConnection> open, TimeSpan timeout, TimeProvider clock) : IAsyncDisposable
{
    private const string Token = "restore";

    private XenStoreConnection? _connection;
    private Task _armed = Task.CompletedTask;
    private Task _following = Task.CompletedTask;
    private DomainLife _life = new();

    /// <summary>The domain's present life. One call at a time.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, does not answer in time, or does not let us watch.</exception>
    public async Task<DomainLife> CurrentAsync(CancellationToken cancel)
    {
        if (_connection is null || _connection.Lost.IsCompleted)
        {
            await DisposeAsync().ConfigureAwait(false);
            _connection = open();
            _armed = ArmAsync(_connection);
        }

        try
        {
            await _armed.WaitAsync(timeout, clock, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException failure)
        {
            throw new StoreUnavailableException("The XenStore does not answer.", failure);
        }
        catch (StoreUnavailableException)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return Volatile.Read(ref _life);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;

            // Both end with it; what follows an old connection must not end a life that a new one has begun.
            await _armed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _following.ConfigureAwait(false);
        }
    }

    private async Task ArmAsync(XenStoreConnection connection)
    {
        StoreStatus status = await connection.WatchAsync(StoreNames.DomainNumber, Token, CancellationToken.None).ConfigureAwait(false);
        if (status != StoreStatus.Ok)
        {
            throw new StoreUnavailableException($"The store does not let this domain watch its own number ({status}), so a save and restore would go unnoticed. Does something else here use up its watches?");
        }

        if (await connection.NextEventAsync(CancellationToken.None).ConfigureAwait(false) is null)
        {
            throw new StoreUnavailableException($"The store was lost: {await connection.Lost.ConfigureAwait(false)}.");
        }

        Volatile.Write(ref _life, new DomainLife());
        _following = FollowAsync(connection);
    }

    /// <summary>Ends a life with each event, and with the connection: what happens after it would not be seen.</summary>
    private async Task FollowAsync(XenStoreConnection connection)
    {
        while (await connection.NextEventAsync(CancellationToken.None).ConfigureAwait(false) is not null)
        {
            Interlocked.Exchange(ref _life, new DomainLife()).End();
        }

        Volatile.Read(ref _life).End();
    }
}
