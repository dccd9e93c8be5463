using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Harness.Paths;

/// <summary>XenLoop in each guest.</summary>
public sealed class FastPath : GuestPath
{
    private readonly Colony _colony;

    /// <summary>Builds it and connects the first guest with all others.</summary>
    /// <param name="guests">How many.</param>
    /// <param name="ringBytes">Size of the rings, a power of two; <see langword="null"/>: XenLoop's own choice.</param>
    public FastPath(int guests = 2, int? ringBytes = null)
        : base("fast", guests)
    {
        try
        {
            string[] options = ringBytes is { } size ? ["--ring-size", size.ToString(CultureInfo.InvariantCulture)] : [];
            _colony = new Colony(Host, guests: null, options);
            foreach (Guest guest in Host.Guests.Skip(1))
            {
                _colony.Connect(Client, guest);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Carriers => [.. Host.Guests.Select(g => _colony[g].Process.Id)];

    /// <inheritdoc/>
    public override long RingBytes => Statuses.Sum(s => s.Peers.Sum(p => p.Sent.Bytes));

    /// <summary>What the agents say, in the guests' order.</summary>
    public IReadOnlyList<AgentStatus> Statuses => [.. Host.Guests.Select(g => _colony[g].Status())];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _colony?.Dispose();
        base.Dispose(disposing);
    }
}
