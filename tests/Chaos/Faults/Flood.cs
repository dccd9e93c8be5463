using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Chaos.Faults;

/// <summary>A program sends small datagrams as fast as it can, to a port that nobody reads.</summary>
internal sealed class Flood : Fault
{
    private const int Port = 9;
    private const int Length = 64;

    public override string Name => "flood";

    public override Wound Strike(Scene scene)
    {
        Guest source = scene.AnyGuest();
        Guest destination = scene.AnyOther(source);
        using var flood = new DatagramFlood(source, destination, Port, Length);
        int milliseconds = scene.Pass(200, 1500);
        return new Wound(LossBound.Nothing, null, $"{source.Name} to {destination.Name}, {flood.Sent / milliseconds} k/s for {milliseconds} ms");
    }
}
