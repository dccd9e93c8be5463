using System.Globalization;
using XenLoop.Lab;
using XenLoop.Netlink.Queue;

namespace XenLoop.Chaos.Faults;

/// <summary>While an agent is away another program binds the queue that it had for a peer. It takes another one.</summary>
internal sealed class QueueTaken : Fault
{
    /// <summary><c>--queue-base</c>.</summary>
    private const int QueueBase = 7000;

    private QueueSocket? _taken;

    public override string Name => "queue-taken";

    public override Wound Strike(Scene scene)
    {
        Guest guest = scene.AnyGuest();
        int number = QueueBase + scene.AnyOther(guest).Number;
        scene.Terminate(guest);
        _taken = guest.Namespace.Enter(() => QueueSocket.Bind(new QueueOptions((ushort)number, Segmentation: false)));
        scene.Colony.Restart(guest);
        return new Wound(LossBound.Nothing, null, string.Create(CultureInfo.InvariantCulture, $"{guest.Name}, queue {number}"));
    }

    public override void TakeAway()
    {
        _taken?.Dispose();
        _taken = null;
    }
}
