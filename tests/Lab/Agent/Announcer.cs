namespace XenLoop.Lab.Agent;

/// <summary><c>xenloop announce</c> in Dom0: the store, the grant broker and the announcements of the local platform.</summary>
public sealed class Announcer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private readonly BackgroundProcess _process;

    /// <summary>Starts it, and returns when its store can be reached.</summary>
    /// <exception cref="LabException">It ended, or its store did not appear.</exception>
    public Announcer(VirtualHost host, params IReadOnlyList<string> options)
    {
        string socket = Path.Combine(host.Directory, "store.sock");

        // A predecessor that was killed has left its socket; only that of the new process may count.
        File.Delete(socket);
        _process = BackgroundProcess.Start(host.Dom0.Wrap(
            [XenLoopBinary.Path, "announce", "--platform", "local", "--directory", host.Directory, .. options]));
        Wait.Until(
            () => _process.HasExited || File.Exists(socket),
            StartLimit,
            $"the announcer's {socket}",
            () => _process.Log);
        if (_process.HasExited)
        {
            string log = _process.Log;
            _process.Dispose();
            throw new LabException($"The announcer ended at once.\n{log}");
        }
    }

    /// <summary>What runs.</summary>
    public BackgroundProcess Process => _process;

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
