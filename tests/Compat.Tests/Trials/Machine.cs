using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>Two guests on a bridge, connected by XenLoop, in which the applications are tried one after the other; and the table.</summary>
public sealed class Machine : IDisposable
{
    private readonly VirtualHost _host = new(NetworkMode.Bridged, "client", "server");
    private readonly Colony _colony;

    public Machine()
    {
        try
        {
            _colony = new Colony(_host);
            _colony.Connect(_host["client"], _host["server"]);
        }
        catch
        {
            _colony?.Dispose();
            _host.Dispose();
            throw;
        }
    }

    internal ResultTable Table { get; } = new();

    /// <summary>Begins a trial here; skips the test if a package is not to be had.</summary>
    /// <param name="application">As people call it.</param>
    /// <param name="packages">What it needs; the table shows the version of the first.</param>
    internal Trial Begin(string application, params IReadOnlyList<string> packages) => Begin(Table, application, packages);

    /// <summary>The same for another table.</summary>
    internal Trial Begin(ResultTable table, string application, IReadOnlyList<string> packages)
    {
        var trial = Trial.Begin(table, _host, application, packages);
        trial.Watch(_colony);
        return trial;
    }

    public void Dispose()
    {
        _colony.Dispose();
        _host.Dispose();
        Table.Write(DebianPackage.Directory);
    }
}
