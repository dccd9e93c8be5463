using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.EndToEnd.Tests;

/// <summary>Two guests on a bridge, connected by XenLoop. Shared by the tests of a class.</summary>
public sealed class ConnectedPair : IDisposable
{
    public ConnectedPair()
        : this(NetworkMode.Bridged)
    {
    }

    internal ConnectedPair(NetworkMode mode, params IReadOnlyList<string> options)
    {
        Host = new VirtualHost(mode, "a", "b");
        try
        {
            Colony = new Colony(Host, options: options);
            Colony.Connect(A, B);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public VirtualHost Host { get; }

    public Colony Colony { get; } = null!;

    public Guest A => Host["a"];

    public Guest B => Host["b"];

    /// <summary>
    /// Waits until traffic between the guests takes the fast path again: connected, and bytes of a stream that runs
    /// meanwhile no longer cross the bridge.
    /// </summary>
    internal void WaitForFastPath(Lab.Traffic.TcpStream stream) => Wait.Until(
        () =>
        {
            if (!Colony[A].IsConnectedTo(B) || !Colony[B].IsConnectedTo(A))
            {
                return false;
            }

            var meter = new BridgeMeter(A, B);
            stream.WaitForMore(32 * Limits.MiB, Limits.Transfer);
            return meter.Bytes < Limits.MiB;
        },
        Limits.Return,
        "the fast path to come back",
        () => $"a:\n{Colony[A].Process.Log}\nb:\n{Colony[B].Process.Log}");

    public void Dispose()
    {
        // Null if its constructor threw, which has then cleaned up.
        Colony?.Dispose();
        Host.Dispose();
    }
}
