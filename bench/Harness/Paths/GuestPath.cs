using System.Net;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Harness.Paths;

/// <summary>A machine with guests that are joined in one way, and the two of them between which is measured.</summary>
public abstract class GuestPath : IDisposable
{
    private readonly Dictionary<string, IDisposable> _servers = new(StringComparer.Ordinal);

    /// <summary>Builds the machine.</summary>
    /// <param name="name">As it is called in tables and on the command line.</param>
    /// <param name="guests">How many.</param>
    protected GuestPath(string name, int guests = 2)
    {
        Name = name;
        Host = new VirtualHost(NetworkMode.Bridged, [.. Enumerable.Range('a', guests).Select(c => ((char)c).ToString())]);
    }

    /// <summary>As it is called in tables and on the command line.</summary>
    public string Name { get; }

    /// <summary>The machine.</summary>
    public VirtualHost Host { get; }

    /// <summary>Where measuring programs start.</summary>
    public Guest Client => Host.Guests[0];

    /// <summary>Where their servers are.</summary>
    public virtual Guest Server => Host.Guests[1];

    /// <summary>By which the client reaches the server on this path.</summary>
    public virtual IPAddress ServerAddress => Server.Address;

    /// <summary>By which the server reaches the client on this path.</summary>
    public virtual IPAddress ClientAddress => Client.Address;

    /// <summary>The interface of both that leads to the other.</summary>
    public virtual string Interface => Guest.Interface;

    /// <summary>The processes that carry packets.</summary>
    public virtual IReadOnlyList<int> Carriers => [];

    /// <summary>Bytes that went through shared memory so far.</summary>
    public virtual long RingBytes => 0;

    /// <summary>Processor time of the <see cref="Carriers"/> so far.</summary>
    public double CarrierSeconds => Carriers.Sum(p => ProcessUsage.Read(p).ProcessorTime.TotalSeconds);

    /// <summary>A server that is started for the first measurement that needs it, and stays.</summary>
    /// <param name="name">Unique among the servers of this path.</param>
    /// <param name="start">Returns when it can be asked.</param>
    public T Serve<T>(string name, Func<T> start)
        where T : IDisposable
    {
        if (!_servers.TryGetValue(name, out IDisposable? server))
        {
            _servers[name] = server = start();
        }

        return (T)server;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what carries the packets, then the servers and the machine.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IDisposable server in _servers.Values)
            {
                server.Dispose();
            }

            Host.Dispose();
        }
    }

    /// <summary>Returns when the server answers the client's ping.</summary>
    /// <exception cref="LabException">It does not within 20 s.</exception>
    protected void WaitForPing(Func<string>? detail = null) => Wait.Until(
        () => Client.Run("ping", "-c", "1", "-W", "1", ServerAddress.ToString()).ExitCode == 0,
        TimeSpan.FromSeconds(20),
        $"the path {Name} to pass a ping",
        detail);
}
