using System.Net.Sockets;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Opens the local host's store and introduces the guest to it.</summary>
/// <param name="directory">Where the host keeps its sockets.</param>
/// <param name="timeout">Time limit of connecting, and of each reply later.</param>
/// <param name="clock">Measures the time limit.</param>
public sealed class LocalStoreConnector(string directory, TimeSpan timeout, TimeProvider clock) : IStoreConnector
{
    /// <inheritdoc/>
    public async Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel)
    {
        string path = Path.Combine(directory, LocalStoreServer.SocketName);
        XenStoreConnection connection = new(await ConnectAsync(path, cancel).ConfigureAwait(false), timeout, clock);
        try
        {
            DomainId? wished = previous ?? self.RequestedDomain;
            StoreResult<ReadOnlyMemory<byte>> reply = await connection.IntroduceAsync(LocalIntroduction.ToPayload(self, wished), cancel).ConfigureAwait(false);
            if (reply.IsOk && XenStorePayload.ToStrings(reply.Value.Span) is [string number] && DomainId.TryParse(number, out DomainId domain))
            {
                return new StoreSession(connection, domain, DomainLife.Endless);
            }

            throw new StoreUnavailableException(reply.Status switch
            {
                StoreStatus.Exists => $"The host on {path} has another guest with domain number {wished}. Choose another number, or stop that guest.",
                StoreStatus.Invalid => $"The host on {path} does not accept this guest's name, number or interfaces. A name has 1 to 64 letters, digits, '.', '_' or '-'; a number is 1 to {DomainId.FirstReserved - 1}.",
                _ => $"The host on {path} did not take this guest in ({reply.Status}).",
            });
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the local host's store to look at what Dom0 can read; nothing else is allowed.</summary>
    /// <exception cref="StoreUnavailableException">There is no host in the directory, or it does not let us look.</exception>
    public async Task<IStore> ObserveAsync(CancellationToken cancel)
    {
        string path = Path.Combine(directory, LocalStoreServer.SocketName);
        XenStoreConnection connection = new(await ConnectAsync(path, cancel).ConfigureAwait(false), timeout, clock);
        StoreResult<ReadOnlyMemory<byte>> reply = await connection.IntroduceAsync(LocalIntroduction.OfObserver, cancel).ConfigureAwait(false);
        if (reply.IsOk)
        {
            return connection;
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        throw new StoreUnavailableException($"The host on {path} does not let us look ({reply.Status}). Is its xenloop older than this one?");
    }

    private async Task<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await LocalSocket.ConnectAsync(path, timeout, clock, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException or IOException)
        {
            throw new StoreUnavailableException($"Nobody answers on {path}: {FailureText.Of(failure)}. Is `xenloop announce --platform local` running, with the same directory?", failure);
        }
    }
}
