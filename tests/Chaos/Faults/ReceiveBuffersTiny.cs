using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>
/// An agent's netlink sockets can hold next to nothing (ENOBUFS) while the neighbour table changes thousands of times: its picture of the network gets
/// holes, and most packets do not fit its queues.
/// </summary>
internal sealed class ReceiveBuffersTiny : Fault
{
    private const int Neighbours = 100;
    private const int Rounds = 10;

    public override string Name => "receive-buffers";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        (ForeignSocket Socket, int Bytes)[] shrunk = [.. ForeignSocket.NetlinkOf(scene.Agent(guest).Id).Select(s => (s, s.ReceiveBuffer))];
        foreach ((ForeignSocket socket, _) in shrunk)
        {
            socket.ReceiveBuffer = 0;
        }

        IEnumerable<int> hosts = Enumerable.Range(100, Neighbours);
        for (int round = 0; round < Rounds; round++)
        {
            guest.Namespace.Configure([.. hosts.Select(h => string.Create(CultureInfo.InvariantCulture, $"neighbour add 10.77.0.{h} lladdr 02:00:00:00:00:{h:x2} dev {Guest.Interface}"))]);
            guest.Namespace.Configure([.. hosts.Select(h => string.Create(CultureInfo.InvariantCulture, $"neighbour del 10.77.0.{h} dev {Guest.Interface}"))]);
        }

        foreach ((ForeignSocket socket, int bytes) in shrunk)
        {
            // What is read is twice what was set.
            socket.ReceiveBuffer = bytes / 2;
            socket.Dispose();
        }

        return new Wound(LossBound.Nothing, null, $"{guest.Name}, {2 * Neighbours * Rounds} changes of neighbours");
    }
}
