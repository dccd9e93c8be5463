using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Chaos.Faults;

/// <summary>A program sends small datagrams as fast as it can, to a port that nobody reads.</summary>
internal sealed class Flood : Fault
{
    private const int Port = 9;
    private const int Length = 64;
    private const int Burst = 64;

    public override string Name => "flood";

    public override Wound Strike(Scene scene)
    {
        Guest source = scene.AnyGuest();
        Guest destination = scene.AnyOther(source);
        var time = TimeSpan.FromMilliseconds(scene.Random.Next(200, 1500));
        using Socket unread = GuestSockets.BindUdp(destination, Port);
        unread.ReceiveBufferSize = 0;
        using Socket sender = GuestSockets.BindUdp(source, 0);
        byte[] datagram = new byte[Length];
        SocketAddress address = new IPEndPoint(destination.Address, Port).Serialize();
        long sent = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            for (int i = 0; i < Burst; i++, sent++)
            {
                sender.SendTo(datagram, SocketFlags.None, address);
            }
        }

        return new Wound(LossBound.Nothing, null, $"{source.Name} to {destination.Name}, {sent / time.TotalSeconds / 1000:0} k/s for {time.TotalMilliseconds:0} ms");
    }
}
