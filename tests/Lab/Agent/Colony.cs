namespace XenLoop.Lab.Agent;

/// <summary>XenLoop on a whole machine: the announcer in Dom0 and one agent in each of some guests.</summary>
public sealed class Colony : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private readonly Dictionary<Guest, XenLoopProcess> _agents = [];

    /// <summary>Starts the announcer, then the agents, and returns when all answer.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="guests">Which guests run an agent; none given: all.</param>
    /// <param name="options">Further options of <c>xenloop run</c>.</param>
    public Colony(VirtualHost host, IReadOnlyList<Guest>? guests = null, params IReadOnlyList<string> options)
    {
        Host = host;
        Announcer = new Announcer(host);
        try
        {
            foreach (Guest guest in guests ?? host.Guests)
            {
                _agents.Add(guest, new XenLoopProcess(guest, options));
            }

            foreach (XenLoopProcess agent in _agents.Values)
            {
                agent.WaitUntilReady();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The machine.</summary>
    public VirtualHost Host { get; }

    /// <summary>Dom0's part; replaced by <see cref="RestartAnnouncer"/>.</summary>
    public Announcer Announcer { get; private set; }

    /// <summary>The agent in <paramref name="guest"/>; replaced by <see cref="Restart(Guest, IReadOnlyList{string})"/>.</summary>
    public XenLoopProcess this[Guest guest] => _agents[guest];

    /// <summary>
    /// Pings from <paramref name="one"/> to <paramref name="other"/>, as the first traffic that opens a channel, until
    /// both sides say that they are connected.
    /// </summary>
    /// <exception cref="LabException">They do not connect within 10 s; with both logs.</exception>
    public void Connect(Guest one, Guest other) => Wait.Until(
        () =>
        {
            one.Run("ping", "-c", "1", "-W", "1", other.Address.ToString());
            return this[one].IsConnectedTo(other) && this[other].IsConnectedTo(one);
        },
        ConnectLimit,
        $"guests {one.Name} and {other.Name} to connect",
        () => $"{one.Name}:\n{this[one].Process.Log}\n{other.Name}:\n{this[other].Process.Log}\nDom0:\n{Announcer.Process.Log}");

    /// <summary>Starts a new agent in <paramref name="guest"/>, whose old one has ended, and waits until it answers.</summary>
    public void Restart(Guest guest, params IReadOnlyList<string> options) => Restart([], guest, options);

    /// <summary>The same, the new one being started by another program that replaces itself by it (<c>exec</c>).</summary>
    public void Restart(IReadOnlyList<string> launcher, Guest guest, params IReadOnlyList<string> options)
    {
        _agents[guest].Process.Dispose();
        _agents[guest] = new XenLoopProcess(launcher, guest, options);
        _agents[guest].WaitUntilReady();
    }

    /// <summary>Starts a new announcer after the old one has ended.</summary>
    public void RestartAnnouncer()
    {
        Announcer.Dispose();
        Announcer = new Announcer(Host);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (XenLoopProcess agent in _agents.Values)
        {
            agent.Dispose();
        }

        Announcer.Dispose();
    }
}
