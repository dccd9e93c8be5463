using System.Net.Sockets;
using System.Text;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>Dom0's way to this host's XenStore.</summary>
public static class Dom0Store
{
    /// <summary>Connects once; who can wait for a store has <see cref="XenHost"/>.</summary>
    /// <param name="sockets">xenstored's sockets, tried in order; see <see cref="XenStorePaths.Sockets"/>.</param>
    /// <param name="device">The kernel's device, for a xenstored that runs in a domain of its own; see <see cref="XenStorePaths.Device"/>.</param>
    /// <param name="clock">Measures time limits.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="StoreUnavailableException">No store answers, or it says that this is a guest.</exception>
    public static async Task<IStore> OpenAsync(IReadOnlyList<string> sockets, string device, TimeProvider clock, CancellationToken cancel)
    {
        (XenStoreConnection? store, string? problem) = await TrySocketsAsync(sockets, StoreTiming.AnswerLimit, clock, cancel).ConfigureAwait(false);
        try
        {
            store ??= XenBusTransport.Connect(device, StoreTiming.AnswerLimit, clock);
        }
        catch (StoreUnavailableException failure)
        {
            throw new StoreUnavailableException($"No XenStore can be reached ({problem}). {failure.Message}", failure);
        }

        if (await GuestNumberAsync(store, cancel).ConfigureAwait(false) is { } self)
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw new StoreUnavailableException($"This is domain {self}, a guest: what the store says of other guests only Dom0 may read.");
        }

        return store;
    }

    /// <returns>A connection; or why there is none.</returns>
    internal static async Task<(XenStoreConnection? Connection, string? Problem)> TrySocketsAsync(
        IReadOnlyList<string> sockets, TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        string? problem = null;
        foreach (string path in sockets)
        {
            try
            {
                Stream socket = await LocalSocket.ConnectAsync(path, timeout, clock, cancel).ConfigureAwait(false);
                return (new XenStoreConnection(socket, timeout, clock), null);
            }
            catch (Exception failure) when (failure is SocketException or TimeoutException)
            {
                problem ??= $"{path}: {FailureText.Of(failure)}";
            }
        }

        return (null, problem);
    }

    /// <summary>The number of the domain that the store takes us for, if that is a guest's; null in Dom0, or if the store cannot say.</summary>
    internal static async Task<DomainId?> GuestNumberAsync(IStore store, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> number = await store.ReadAsync(StoreNames.DomainNumber, cancel).ConfigureAwait(false);
        return number.IsOk && DomainId.TryParse(Encoding.Latin1.GetString(number.Value.Span), out DomainId self) && self.Value != 0 ? self : null;
    }
}
