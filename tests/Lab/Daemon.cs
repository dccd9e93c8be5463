namespace XenLoop.Lab;

/// <summary>
/// A server with all its children in a PID namespace of its own: when its first process is killed the kernel kills the
/// rest, whatever became of their parents, sessions and users. Shared memory is its own, too: what is killed does not remove it.
/// </summary>
public sealed class Daemon : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Without a name server in its (private) resolv.conf, looking up the client's name fails at once, and not after 10 s. The
    /// shell stays as the namespace's first process and as root: a parent's death signal is lost with a change of user.
    /// </summary>
    private const string Script = """
        mount --bind /dev/null /etc/resolv.conf
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm
        "$@"
        exit $?
        """;

    private readonly Guest _guest;
    private readonly BackgroundProcess _process;
    private readonly string _name;

    /// <summary>Starts it in the foreground, without waiting.</summary>
    public Daemon(Guest guest, string user, IReadOnlyList<string> arguments)
    {
        _guest = guest;
        _name = arguments[0];
        _process = guest.Start(
        [
            "unshare", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc", "--", "sh", "-c", Script, "sh",
            .. As(user),
            .. arguments,
        ]);
    }

    /// <summary>What it has printed.</summary>
    public string Log => _process.Log;

    /// <summary>The words before a command line that make it run as <paramref name="user"/>.</summary>
    public static IReadOnlyList<string> As(string user) =>
        user == "root" ? [] : ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    /// <summary>Returns when somebody listens on the port, for TCP or UDP.</summary>
    /// <exception cref="LabException">The server ended, or does not listen in time.</exception>
    public void WaitUntilListening(int port) => WaitUntil(() => ListeningPorts.Read(_guest).Contains(port), $"to listen on port {port}");

    /// <summary>Returns when <paramref name="condition"/> holds.</summary>
    /// <exception cref="LabException">The server ended, or it did not come true in time.</exception>
    public void WaitUntil(Func<bool> condition, string what)
    {
        Wait.Until(() => _process.HasExited || condition(), StartLimit, $"{_name} {what}", () => Log);
        if (_process.HasExited)
        {
            throw new LabException($"{_name} ended with {_process.ExitCode} instead of beginning {what}.\n{Log}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
