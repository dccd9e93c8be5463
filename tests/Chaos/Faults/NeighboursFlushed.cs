using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>Somebody empties the neighbour table, from which the agent knows who is reached where.</summary>
internal sealed class NeighboursFlushed : Fault
{
    public override string Name => "neighbours-flushed";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        guest.Run("ip", "neighbour", "flush", "dev", Guest.Interface).Checked();
        return new Wound(LossBound.Nothing, null, guest.Name);
    }
}
