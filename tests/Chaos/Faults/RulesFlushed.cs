using XenLoop.Lab;

namespace XenLoop.Chaos.Faults;

/// <summary>Another program empties the firewall. XenLoop puts its rules back by itself.</summary>
internal sealed class RulesFlushed : Fault
{
    public override string Name => "rules-flushed";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        guest.Run("iptables", "-w", "-t", "mangle", "-F").Checked();
        bool chains = scene.Random.Next(2) == 0;
        if (chains)
        {
            guest.Run("iptables", "-w", "-t", "mangle", "-X").Checked();
        }

        return new Wound(LossBound.Nothing, null, chains ? $"{guest.Name}, chains too" : guest.Name);
    }
}
