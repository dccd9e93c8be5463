using XenLoop.Lab;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>
/// Runs a firewall manager in a guest, with copies of its directories over its own: it sees a machine of its own, and this one's
/// configuration is left alone.
/// </summary>
internal sealed class FirewallManager : IDisposable
{
    private readonly Guest _guest;
    private readonly string _mounts;
    private readonly string _copies;

    /// <param name="guest">Where it runs.</param>
    /// <param name="directories">What it writes to.</param>
    public FirewallManager(Guest guest, params string[] directories)
    {
        _guest = guest;
        _copies = Directory.CreateDirectory(Path.Combine(guest.Host.Directory, "manager")).FullName;
        string mounts = "set -e; ";
        foreach (string directory in directories)
        {
            // Made here, once: the manager and those who ask it come at the same time.
            string copy = Directory.CreateDirectory(Path.Combine(_copies, directory.Trim('/').Replace('/', '-'))).FullName;
            if (directory.StartsWith("/etc", StringComparison.Ordinal))
            {
                Command.Run(["cp", "-a", directory + "/.", copy + "/"]).Checked();
            }

            mounts += $"mount --bind {copy} {directory}; ";
        }

        _mounts = mounts;
    }

    /// <summary>Runs commands one after the other, which must all succeed.</summary>
    public void Run(params string[] commands) => TryRun(commands).Checked();

    /// <summary>Runs commands one after the other until one fails.</summary>
    public CommandResult TryRun(params string[] commands) => _guest.Run(Shell(commands));

    /// <summary>Runs commands one after the other, of which the last stays.</summary>
    public BackgroundProcess Start(params string[] commands) => _guest.Start(Shell(commands));

    /// <summary>The mounts went with the processes; the guest's directory goes with the guest.</summary>
    public void Dispose() => Directory.Delete(_copies, recursive: true);

    private string[] Shell(string[] commands) => ["unshare", "--mount", "sh", "-c", _mounts + string.Join("; ", commands)];
}
