using System.Globalization;

namespace XenLoop.Lab;

/// <summary>An ssh server in a guest, with keys and configuration of its own, and the client that may use it.</summary>
public sealed class SshServer : IDisposable
{
    private const int Port = 2222;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private readonly string _directory;
    private readonly BackgroundProcess _process;

    /// <summary>Makes keys and starts <c>sshd</c> in <paramref name="guest"/>.</summary>
    /// <exception cref="LabException">OpenSSH is missing, or did not start.</exception>
    public SshServer(Guest guest)
    {
        Guest = guest;
        _directory = Directory.CreateDirectory(Path.Combine(guest.Host.Directory, "ssh-" + guest.Name)).FullName;
        foreach (string key in (string[])["host", "user"])
        {
            Command.Run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", In(key)]).Checked();
        }

        File.Copy(In("user.pub"), In("authorized"));
        File.WriteAllText(In("config"), $"""
            Port {Port.ToString(CultureInfo.InvariantCulture)}
            HostKey {In("host")}
            AuthorizedKeysFile {In("authorized")}
            PidFile none
            UsePAM no
            PasswordAuthentication no
            Subsystem sftp internal-sftp
            # The lab's directory lies under the world-writable temporary one.
            StrictModes no

            """);

        // sshd refuses to start without its unprivileged process's empty root, which Debian's service unit makes.
        Directory.CreateDirectory("/run/sshd");
        _process = guest.Start("/usr/sbin/sshd", "-D", "-e", "-f", In("config"));
        Wait.Until(
            () => _process.HasExited || _process.Log.Contains("listening", StringComparison.Ordinal),
            StartLimit,
            "sshd to listen",
            () => _process.Log);
        if (_process.HasExited)
        {
            throw new LabException($"sshd ended at once.\n{_process.Log}");
        }
    }

    /// <summary>Where it runs.</summary>
    public Guest Guest { get; }

    /// <summary>What <c>ssh</c>, <c>scp</c> and <c>sftp</c> need to be told to be let in.</summary>
    public IReadOnlyList<string> ClientOptions =>
    [
        "-i", In("user"), "-o", string.Create(CultureInfo.InvariantCulture, $"Port={Port}"),
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
    ];

    /// <summary>Copies a file from <paramref name="client"/> into the server's guest, through <c>cat</c> at the far end.</summary>
    /// <exception cref="LabException">ssh failed.</exception>
    public void Copy(Guest client, string source, string destination) => client.Run(
        "sh", "-c",
        $"exec ssh {string.Join(' ', ClientOptions)} {Guest.Address} 'cat > {destination}' < {source}").Checked();

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string In(string name) => Path.Combine(_directory, name);
}
