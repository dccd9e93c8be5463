using System.Text;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>
/// Plays the hypervisor's grant table for <see cref="LocalChannelPlatform"/>: keeps what domains grant to each other until it is
/// mapped, once, by the one domain it is meant for. Channels that are mapped do not need it any more.
/// </summary>
/// <remarks>
/// A domain is who it says it is: the socket is for the broker's own user alone (mode 0600), who is the host's administrator.
/// All work is done by one thread that waits in poll(2); nothing that a client does can make it wait anywhere else.
/// </remarks>
public sealed unsafe class LocalGrantBroker : IDisposable
{
    /// <summary>Most connections at once. With <see cref="GrantTable.MaxTogether"/> this stays below the usual 1,024 descriptors.</summary>
    public const int MaxConnections = 128;

    private const int Backlog = 16;
    private const int AcceptRetryMilliseconds = 1000;
    private const int StopSlot = 0;
    private const int ListenerSlot = 1;
    private const int FirstConnectionSlot = 2;

    private readonly string _path;
    private readonly FileDescriptor _listener;
    private readonly FileDescriptor _stopRead;
    private readonly FileDescriptor _stopWrite;
    private readonly GrantTable _grants = new();
    private readonly List<GrantConnection> _connections = [];
    private readonly Thread _thread;

    /// <summary>Claims the socket; a file that a dead broker left is replaced.</summary>
    /// <param name="socketPath">Where domains connect; the directory must exist.</param>
    /// <exception cref="ChannelPlatformException">Another broker listens there, or the path cannot be used.</exception>
    public LocalGrantBroker(string socketPath)
    {
        _path = socketPath;
        _listener = GrantSocket.Listen(socketPath, Backlog);
        int* ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC | LibC.O_NONBLOCK) != 0)
        {
            _listener.Dispose();
            throw new ChannelPlatformException($"No pipe for the grant broker: {Errno.Describe(LibC.LastError)}.");
        }

        _stopRead = new FileDescriptor(ends[0]);
        _stopWrite = new FileDescriptor(ends[1]);
        _thread = new Thread(Run) { IsBackground = true, Name = "grant broker" };
    }

    /// <summary>Begins to serve.</summary>
    public void Start() => _thread.Start();

    /// <summary>Stops serving, forgets what was not mapped, removes the socket.</summary>
    public void Dispose()
    {
        if (_listener.IsClosed)
        {
            return;
        }

        byte stop = 1;
        _ = LibC.write(_stopWrite.Number, &stop, 1);
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _connections.ForEach(connection => connection.Dispose());
        fixed (byte* path = Encoding.UTF8.GetBytes(_path + '\0'))
        {
            _ = LibC.unlink(path);
        }

        _listener.Dispose();
        _stopRead.Dispose();
        _stopWrite.Dispose();
    }

    private void Run()
    {
        pollfd* states = stackalloc pollfd[FirstConnectionSlot + MaxConnections];
        bool accepting = true;
        while (true)
        {
            int count = _connections.Count;
            bool listens = accepting && count < MaxConnections;
            states[StopSlot] = new pollfd { fd = _stopRead.Number, events = LibC.POLLIN };
            states[ListenerSlot] = new pollfd { fd = listens ? _listener.Number : -1, events = LibC.POLLIN };
            for (int i = 0; i < count; i++)
            {
                states[FirstConnectionSlot + i] = new pollfd { fd = _connections[i].Fd, events = LibC.POLLIN };
            }

            // A process out of descriptors cannot accept: look again later instead of turning in circles.
            _ = LibC.poll(states, (ulong)(FirstConnectionSlot + count), accepting ? -1 : AcceptRetryMilliseconds);
            if (states[StopSlot].revents != 0)
            {
                return;
            }

            for (int i = count - 1; i >= 0; i--)
            {
                if (states[FirstConnectionSlot + i].revents != 0)
                {
                    Serve(_connections[i]);
                }
            }

            accepting = !listens || states[ListenerSlot].revents == 0 || TryAccept();
        }
    }

    private void Serve(GrantConnection connection)
    {
        if (!connection.Serve(domain => _connections.Exists(other => other != connection && other.Domain == domain && !other.HungUp)))
        {
            _connections.Remove(connection);
            connection.Dispose();
        }
    }

    private bool TryAccept()
    {
        int fd = LibC.accept4(_listener.Number, null, null, LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK);
        if (fd < 0)
        {
            return LibC.LastError is not (Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS);
        }

        _connections.Add(new GrantConnection(new FileDescriptor(fd), _grants));
        return true;
    }
}
