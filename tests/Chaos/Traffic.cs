using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Chaos;

/// <summary>What runs while faults strike: TCP connections that live as long as the scene, and numbered datagrams that are counted anew for each fault.</summary>
internal sealed class Traffic : IDisposable
{
    /// <summary>Datagrams a second in each direction.</summary>
    public const int DatagramRate = 1000;

    private const int FirstPort = 20000;
    private const int Ports = 10000;
    private const long StreamRate = 4 << 20;
    private const long Progress = 1 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly Scene _scene;
    private readonly List<(Guest From, Guest To, TcpStream Stream)> _connections = [];
    private readonly List<(Guest From, Guest To, int Length, UdpStream Stream)> _datagrams = [];
    private int _ports;

    /// <summary>Opens the connections.</summary>
    public Traffic(Scene scene)
    {
        _scene = scene;
        foreach ((Guest from, Guest to) in scene.Pairs)
        {
            _connections.Add((from, to, new TcpStream(from, to, NextPort(), rate: StreamRate)));
        }
    }

    /// <summary>Begins to number datagrams, in all directions.</summary>
    public void BeginDatagrams()
    {
        foreach ((Guest from, Guest to) in _scene.Pairs)
        {
            int length = _scene.Random.Next(UdpStream.MinimumLength, 1400);
            _datagrams.Add((from, to, length, new UdpStream(from, to, NextPort(), length, DatagramRate)));
        }

        AwaitDatagrams();
        foreach ((_, _, TcpStream stream) in _connections)
        {
            stream.TakeLongestPause();
        }
    }

    /// <summary>Waits until some more have arrived in all directions.</summary>
    public void AwaitDatagrams() => _datagrams.ForEach(d => d.Stream.WaitForMore(DatagramRate / 5, s_patience));

    /// <summary>How many were sent in each direction so far.</summary>
    public IReadOnlyDictionary<(Guest, Guest), long> Sent() => _datagrams.ToDictionary(d => (d.From, d.To), d => d.Stream.Sent);

    /// <summary>Ends the datagrams and counts.</summary>
    public IReadOnlyList<(Guest From, Guest To, int Length, UdpReport Report)> EndDatagrams()
    {
        List<(Guest, Guest, int, UdpReport)> reports = [.. _datagrams.Select(d => (d.From, d.To, d.Length, d.Stream.Complete()))];
        _datagrams.ForEach(d => d.Stream.Dispose());
        _datagrams.Clear();
        return reports;
    }

    /// <summary>Checks that every connection moves on.</summary>
    /// <returns>The longest time that one has stood still since <see cref="BeginDatagrams"/>.</returns>
    /// <exception cref="LabException">One broke, carried a wrong byte, or stands still.</exception>
    public TimeSpan CheckConnections()
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach ((_, _, TcpStream stream) in _connections)
        {
            stream.WaitForMore(Progress, s_patience);
            TimeSpan pause = stream.TakeLongestPause();
            longest = pause > longest ? pause : longest;
        }

        return longest;
    }

    /// <summary>Ends the connections and checks that all that was sent has arrived.</summary>
    /// <returns>Bytes.</returns>
    public long CompleteConnections() => _connections.Sum(c => c.Stream.Complete(s_patience));

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections.ForEach(c => c.Stream.Dispose());
        _datagrams.ForEach(d => d.Stream.Dispose());
    }

    private int NextPort() => FirstPort + (_ports++ % Ports);
}
