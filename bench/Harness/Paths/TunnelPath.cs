using System.Net;
using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>
/// Guests that reach each other by an interface of a user-space program's, with addresses of their own:
/// <c>tunnel0</c>, 10.99.0.1 and 10.99.0.2, at the TAP's or TUN's usual MTU of 1,500.
/// </summary>
public abstract class TunnelPath(string name) : GuestPath(name)
{
    private protected const string Device = "tunnel0";
    private readonly List<BackgroundProcess> _carriers = [];

    /// <inheritdoc/>
    public override IPAddress ServerAddress => new([10, 99, 0, 2]);

    /// <inheritdoc/>
    public override IPAddress ClientAddress => new([10, 99, 0, 1]);

    /// <inheritdoc/>
    public override string Interface => Device;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Carriers => [.. _carriers.Select(p => p.Id)];

    private string Log => string.Join('\n', _carriers.Select(p => p.Log));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _carriers.ForEach(p => p.Dispose());
        base.Dispose(disposing);
    }

    /// <summary>Starts a program that carries packets in a guest.</summary>
    private protected BackgroundProcess Carry(Guest guest, params IReadOnlyList<string> arguments)
    {
        BackgroundProcess process = guest.Start(arguments);
        _carriers.Add(process);
        return process;
    }

    /// <summary>Gives the interface its address, where the program does not do it.</summary>
    private protected void Configure(Guest guest)
    {
        WaitForDevice(guest);
        IPAddress address = guest == Client ? ClientAddress : ServerAddress;
        guest.Namespace.Configure($"addr add {address}/24 dev {Device}", $"link set {Device} up");
    }

    /// <summary>Returns when the way is open.</summary>
    private protected void WaitUntilOpen() => WaitForPing(() => Log);

    private void WaitForDevice(Guest guest) => Wait.Until(
        () => guest.Run("ip", "link", "show", Device).ExitCode == 0,
        TimeSpan.FromSeconds(10),
        $"the interface {Device} of the path {Name}",
        () => Log);
}
