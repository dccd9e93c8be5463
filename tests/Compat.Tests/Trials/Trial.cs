using System.Diagnostics;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>
/// One application, with its server in one guest and its client in the other, a directory of its own, and the counters of
/// both paths. A trial that is disposed of before it was concluded has failed.
/// </summary>
internal sealed class Trial : IDisposable
{
    /// <summary>ARP and the first packets of flows (docs/architecture.md): this much, or this share, may cross the bridge.</summary>
    private const long AllowedBytes = 256 * 1024;
    private const double AllowedShare = 0.01;

    /// <summary>For one client's run, on a slow computer with other work.</summary>
    private static readonly TimeSpan s_clientLimit = TimeSpan.FromMinutes(3);

    private readonly ResultTable _table;
    private readonly string _application;
    private readonly IReadOnlyList<DebianPackage> _packages;
    private readonly BridgeMeter _bridge;
    private readonly List<Daemon> _daemons = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private FastPathMeter? _fast;
    private ulong _files;
    private ResultRow _row;

    private Trial(ResultTable table, VirtualHost host, string application, IReadOnlyList<DebianPackage> packages)
    {
        _table = table;
        _application = application;
        _packages = packages;
        _row = Row(Outcome.Failed, "see the log of the tests", default, default, 0);
        Client = host.Guests[0];
        Server = host.Guests[1];
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(host.Directory, "trial")).FullName;
        _bridge = new BridgeMeter(Client, Server);
    }

    /// <summary>Where the client runs.</summary>
    public Guest Client { get; }

    /// <summary>Where the server runs.</summary>
    public Guest Server { get; }

    /// <summary>For the server's configuration and data and the client's files; deleted at the end.</summary>
    public string Directory { get; }

    /// <summary>What came out of the rings since <see cref="Watch"/>.</summary>
    public PathBytes FastBytes => (_fast ?? throw new InvalidOperationException("No agents are watched.")).Bytes;

    /// <summary>What the guests sent through Dom0 since the beginning, in bytes.</summary>
    public long StandardBytes => _bridge.Bytes;

    /// <summary>Begins it, or skips the test with a row in the table if one of the packages is not here.</summary>
    public static Trial Begin(ResultTable table, VirtualHost host, string application, IReadOnlyList<string> packages)
    {
        DebianPackage?[] found = [.. packages.Select(DebianPackage.Find)];
        int missing = Array.IndexOf(found, null);
        if (missing >= 0)
        {
            Skip(table, application, $"the Debian package {packages[missing]} could not be installed here");
        }

        return new Trial(table, host, application, found!);
    }

    /// <summary>From now on the counters of the agents in <paramref name="colony"/> count.</summary>
    public void Watch(Colony colony) => _fast = new FastPathMeter(colony, Client, Server);

    /// <summary>Skips the test, with a row in the table.</summary>
    public static void Skip(ResultTable table, string application, string reason)
    {
        table.Add(new ResultRow(application, "", Outcome.Skipped, reason, default, default, 0, 0));
        Assert.Skip($"{application}: {reason}.");
    }

    /// <summary>A path in <see cref="Directory"/>.</summary>
    public string In(string name) => Path.Combine(Directory, name);

    /// <summary>Makes a directory in <see cref="Directory"/>, which <paramref name="owner"/> owns.</summary>
    public string NewDirectory(string name, string owner = "root")
    {
        string path = System.IO.Directory.CreateDirectory(In(name)).FullName;
        Command.Run(["chown", owner, path]).Checked();
        return path;
    }

    /// <summary>Writes a configuration or the like.</summary>
    public string NewText(string name, string content)
    {
        File.WriteAllText(In(name), content);
        return In(name);
    }

    /// <summary>Writes a file of test pattern, different from all others of this trial.</summary>
    public PatternFile NewFile(string name, long length) => new(In(name), length, ++_files);

    /// <summary>The path of a program of one of the packages, such as <c>/usr/sbin/vsftpd</c>.</summary>
    public string Program(string package, string path) => _packages.Single(p => p.Name == package).Root + path;

    /// <summary>Starts a server in the server's guest and waits until it listens.</summary>
    public Daemon Serve(int port, params IReadOnlyList<string> arguments) => Serve(Server, port, "root", arguments);

    /// <summary>Starts a server as <paramref name="user"/> and waits until it listens; 0 as port: does not wait.</summary>
    public Daemon Serve(Guest guest, int port, string user, params IReadOnlyList<string> arguments)
    {
        var daemon = new Daemon(guest, user, arguments);
        _daemons.Add(daemon);
        if (port != 0)
        {
            daemon.WaitUntilListening(port);
        }

        return daemon;
    }

    /// <summary>Runs a client, which must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public string Ask(params IReadOnlyList<string> arguments) => Command.Run(Client.Namespace.Wrap(arguments), timeout: s_clientLimit).Checked().Output;

    /// <summary>Runs a client given as a shell's command line, which must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public string AskShell(string commandLine) => Ask("sh", "-ec", commandLine);

    /// <summary>
    /// The end: fails unless at least <paramref name="toServer"/> and <paramref name="toClient"/> bytes took the fast path
    /// and next to nothing the standard one.
    /// </summary>
    public void Conclude(string detail, long toServer, long toClient)
    {
        (PathBytes fast, long standard) = (FastBytes, StandardBytes);
        var moved = new PathBytes(toServer, toClient);
        _row = Row(Outcome.Failed, "content right, but over the wrong path", moved, fast, standard);
        Assert.True(fast.ToServer >= toServer, $"Only {fast.ToServer:N0} bytes took the fast path to the server, of {toServer:N0}.");
        Assert.True(fast.ToClient >= toClient, $"Only {fast.ToClient:N0} bytes took the fast path to the client, of {toClient:N0}.");
        long allowed = Math.Max(AllowedBytes, (long)(AllowedShare * (toServer + toClient)));
        Assert.True(standard <= allowed, $"{standard:N0} bytes took the standard path, where at most {allowed:N0} should.");
        _row = Row(Outcome.Passed, detail, moved, fast, standard);
    }

    /// <summary>The end of a trial of what XenLoop leaves alone: all of it took the standard path, none the fast one.</summary>
    public void ConcludeOnStandardPath(string detail, long toServer, long toClient)
    {
        (PathBytes fast, long standard) = (FastBytes, StandardBytes);
        var moved = new PathBytes(toServer, toClient);
        _row = Row(Outcome.Failed, "content right, but over the wrong path", moved, fast, standard);
        Assert.Equal(default, fast);
        Assert.True(standard >= toServer + toClient, $"Only {standard:N0} bytes took the standard path, of {toServer + toClient:N0}.");
        _row = Row(Outcome.Passed, detail, moved, fast, standard);
    }

    /// <summary>The end of a trial that used both paths and has asserted by itself which when.</summary>
    /// <param name="detail">What was checked.</param>
    /// <param name="moved">Payload.</param>
    /// <param name="fast">What took the fast path; the agents need not run any more.</param>
    public void ConcludeOnBothPaths(string detail, PathBytes moved, PathBytes fast) =>
        _row = Row(Outcome.Passed, detail, moved, fast, StandardBytes);

    public void Dispose()
    {
        foreach (Daemon daemon in _daemons)
        {
            daemon.Dispose();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
        _table.Add(_row);
    }

    private ResultRow Row(Outcome outcome, string detail, PathBytes moved, PathBytes fast, long standard) => new(
        _application,
        _packages.Count == 0 ? "" : _packages[0].Version,
        outcome,
        detail,
        moved,
        fast,
        standard,
        Stopwatch.GetElapsedTime(_start).TotalSeconds);
}
