using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>
/// Measures what came out of the rings between two guests since the meter was made, by <c>xenloop status --json</c>.
/// The receiving agents' counters: what they count was not only put into a ring, but given to the guest's kernel.
/// </summary>
internal sealed class FastPathMeter
{
    private readonly Colony _colony;
    private readonly Guest _client;
    private readonly Guest _server;
    private readonly PathBytes _before;

    public FastPathMeter(Colony colony, Guest client, Guest server)
    {
        _colony = colony;
        _client = client;
        _server = server;
        _before = Read();
    }

    /// <summary>IP bytes so far.</summary>
    public PathBytes Bytes => Read() - _before;

    private PathBytes Read() => new(
        ToServer: _colony[_server].Status().Peer(_client).Received.Bytes,
        ToClient: _colony[_client].Status().Peer(_server).Received.Bytes);
}
