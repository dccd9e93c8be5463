namespace XenLoop.Lab;

/// <summary>
/// Open vSwitch with its user-space datapath in place of a machine's bridge: packets between guests pass through a
/// process in Dom0, as with the user-space switches that XenLoop is compared with.
/// </summary>
public sealed class OpenVSwitch : IDisposable
{
    private const string Bridge = "ovsbr0";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly BackgroundProcess _database;
    private readonly BackgroundProcess? _switch;
    private readonly string _socket;

    /// <summary>Starts a database and a switch of its own for <paramref name="host"/>, and moves all vifs over.</summary>
    /// <param name="host">A bridged machine.</param>
    /// <param name="segmentationOffload">Whether packets of up to 64 KB pass whole (<c>userspace-tso-enable</c>, experimental in Open vSwitch and off by default).</param>
    /// <exception cref="LabException">Open vSwitch is missing or did not start.</exception>
    public OpenVSwitch(VirtualHost host, bool segmentationOffload)
    {
        string directory = Directory.CreateDirectory(Path.Combine(host.Directory, "ovs")).FullName;
        string database = Path.Combine(directory, "conf.db");
        _socket = "unix:" + Path.Combine(directory, "db.sock");
        Command.Run(["ovsdb-tool", "create", database, "/usr/share/openvswitch/vswitch.ovsschema"]).Checked();
        _database = BackgroundProcess.Start(["ovsdb-server", database, "--remote=p" + _socket, "--unixctl=" + Path.Combine(directory, "db.ctl")]);
        try
        {
            Wait.Until(() => File.Exists(Path.Combine(directory, "db.sock")), StartLimit, "ovsdb-server", () => _database.Log);
            Configure("--no-wait", "init");
            Configure("--no-wait", "set", "Open_vSwitch", ".", "other_config:userspace-tso-enable=" + (segmentationOffload ? "true" : "false"));
            _switch = BackgroundProcess.Start(host.Dom0.Wrap("ovs-vswitchd", _socket, "--unixctl=" + Path.Combine(directory, "switch.ctl")));
            Configure("add-br", Bridge, "--", "set", "bridge", Bridge, "datapath_type=netdev");
            foreach (Guest guest in host.Guests)
            {
                host.Dom0.Configure($"link set {guest.Vif} nomaster");
                Configure("add-port", Bridge, guest.Vif);
                if (!segmentationOffload)
                {
                    // The switch reads packets as they lie on the wire: complete checksums, no larger than the MTU.
                    guest.Run("ethtool", "-K", Guest.Interface, "tx", "off", "tso", "off", "gso", "off").Checked();
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The process that passes the packets on.</summary>
    public int ProcessId => _switch?.Id ?? 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _switch?.Dispose();
        _database.Dispose();
    }

    private void Configure(params IReadOnlyList<string> arguments) =>
        Command.Run(["ovs-vsctl", "--db=" + _socket, "--timeout=20", .. arguments]).Checked();
}
