using System.Globalization;

namespace XenLoop.Lab;

/// <summary>
/// A machine with Dom0 and guests, made of network namespaces. Everything it makes goes away with it; what a killed
/// run left behind goes away when the next one starts.
/// </summary>
/// <remarks>
/// <code>
///   guest a                Dom0                 guest b
///   eth0 ---------- vif1.0 [xenbr0] vif2.0 ---------- eth0      bridged: 10.77.0.N/24
///   eth0 ---------- vif1.0 (routes) vif2.0 ---------- eth0      routed:  10.77.N.2/24, gateway 10.77.N.1
/// </code>
/// </remarks>
public sealed class VirtualHost : IDisposable
{
    private const string Bridge = "xenbr0";
    private readonly List<Guest> _guests = [];
    private bool _disposed;

    /// <summary>Builds the machine, with one guest for each name.</summary>
    /// <exception cref="LabException">Not root, or a namespace could not be built; nothing is left behind then.</exception>
    public VirtualHost(NetworkMode mode, params IReadOnlyList<string> guestNames)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new LabException("The lab builds network namespaces and needs root: run it with sudo.");
        }

        NetworkNamespace.SweepLeftovers();
        Mode = mode;
        Prefix = RunIdentity.NextHost();
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Prefix)).FullName;
        Dom0 = new NetworkNamespace(Prefix + "-dom0");
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        try
        {
            if (mode == NetworkMode.Bridged)
            {
                Dom0.Configure(
                    $"link add {Bridge} address 00:16:3e:ff:ff:ff type bridge forward_delay 0",
                    $"addr add 10.77.0.254/24 dev {Bridge}",
                    $"link set {Bridge} up");
            }
            else
            {
                Dom0.Enter(() =>
                {
                    File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
                    return 0;
                });
            }

            foreach (string name in guestNames)
            {
                AddGuest(name);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bridged or routed.</summary>
    public NetworkMode Mode { get; }

    /// <summary>The prefix of the names of its namespaces.</summary>
    public string Prefix { get; }

    /// <summary>A directory of its own: store, sockets, scratch files.</summary>
    public string Directory { get; }

    /// <summary>The namespace that plays Dom0.</summary>
    public NetworkNamespace Dom0 { get; }

    /// <summary>All guests, in the order of their numbers.</summary>
    public IReadOnlyList<Guest> Guests => _guests;

    /// <summary>The guest called <paramref name="name"/>.</summary>
    public Guest this[string name] => _guests.Single(g => g.Name == name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (Guest guest in _guests)
        {
            guest.Dispose();
        }

        Dom0.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private void AddGuest(string name)
    {
        var guest = new Guest(this, name, _guests.Count + 1);
        _guests.Add(guest);
        Dom0.Configure($"link add {guest.Vif} type veth peer name {Guest.Interface} address {guest.Mac} netns {guest.Namespace.Name}");
        string number = guest.Number.ToString(CultureInfo.InvariantCulture);
        if (Mode == NetworkMode.Bridged)
        {
            Dom0.Configure($"link set {guest.Vif} master {Bridge} up");
            guest.Namespace.Configure(
                $"addr add {guest.Address}/24 dev {Guest.Interface}",
                $"link set {Guest.Interface} up",
                "route add default via 10.77.0.254");
        }
        else
        {
            Dom0.Configure($"addr add 10.77.{number}.1/24 dev {guest.Vif}", $"link set {guest.Vif} up");
            guest.Namespace.Configure(
                $"addr add {guest.Address}/24 dev {Guest.Interface}",
                $"link set {Guest.Interface} up",
                $"route add default via 10.77.{number}.1");
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();
}
