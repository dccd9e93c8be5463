using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>
/// The agent's side of the keeper: a small process (<see cref="PortKeeperProcess"/>) that holds a copy of every open event channel
/// device and outlives the agent. One for a process; make it before the first platform and dispose it after the last.
/// </summary>
/// <remarks>
/// <para>
/// Why: after a save and restore, the kernel has forgotten the domain's event channels, but not who had opened them. Whoever then
/// closes the last descriptor of such a device, by close, exit or kill -9, hits a BUG (<c>BUG_ON(irq &lt; 0)</c> in
/// <c>evtchn_unbind_from_user</c>, <c>drivers/xen/evtchn.c</c>), or, where the number of the port is in use again, takes the port
/// away from its new user. There is no time to close anything before the domain is frozen. So the last descriptor must be in a
/// process that stays.
/// </para>
/// <para>
/// The keeper gets its copy before a port is bound: from then on no moment is left at which the agent's end would be the last
/// close. It closes a copy only when the agent is done with it or dead, and the port still exists. If the agent dies, the keeper
/// clears the life bytes that the kernel does not, and rings all peers. If the keeper dies, the agent starts another and passes
/// everything again, that of before a restore included. What is lost in the same instant with both of them is lost.
/// </para>
/// </remarks>
public sealed unsafe class PortKeeper : IDisposable
{
    /// <summary>Milliseconds between two starts of a keeper that does not start, or ends at once.</summary>
    private const int RestartMilliseconds = 1000;

    private readonly Lock _oneAtATime = new();
    private readonly List<KeptPort> _ports = [];
    private readonly string _program;
    private readonly GrantMapper _mapper = new();
    private FileDescriptor? _socket;
    private int _process;
    private uint _lastId;
    private bool _disposed;

    /// <summary>Starts the keeper.</summary>
    /// <param name="program">A program that, called with <see cref="PortKeeperProcess.Command"/>, runs <see cref="PortKeeperProcess.Run"/>; by default this program.</param>
    /// <exception cref="ChannelPlatformException">It does not start, or this is not a Xen guest.</exception>
    public PortKeeper(string program = "/proc/self/exe")
    {
        _program = program;
        try
        {
            Start();
        }
        catch
        {
            _mapper.Dispose();
            throw;
        }
    }

    /// <summary>Ends the agent's part. The keeper closes what may be closed, and ends with the last.</summary>
    public void Dispose()
    {
        lock (_oneAtATime)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;

            // The watcher holds the descriptor until it has seen the end.
            _ = LibC.shutdown(_socket!.Number, LibC.SHUT_RDWR);
            _mapper.Dispose();
        }
    }

    /// <summary>Has the keeper hold a copy of a device on which nothing is bound yet. Owns <paramref name="device"/>, also if it fails.</summary>
    internal KeptPort Keep(FileDescriptor device)
    {
        lock (_oneAtATime)
        {
            KeptPort port = new(++_lastId, device);
            _ports.Add(port);
            try
            {
                if (!TryTell(KeeperRequest.Hold, port))
                {
                    // It was killed, and the watcher has not noticed yet. The new one hears of all ports.
                    Start();
                }

                return port;
            }
            catch
            {
                _ports.Remove(port);
                device.Dispose();
                throw;
            }
        }
    }

    /// <summary>Tells the keeper which port was bound on the device.</summary>
    internal void SetPort(KeptPort port, uint number, DomainId peer, uint descriptorGrant)
    {
        lock (_oneAtATime)
        {
            port.Port = number;
            port.Peer = peer;
            port.DescriptorGrant = descriptorGrant;
            _ = TryTell(KeeperRequest.Bound, port);
        }
    }

    /// <summary>Closes the device, here and in the keeper, unless it is one of those that must stay open.</summary>
    internal void Release(KeptPort port)
    {
        lock (_oneAtATime)
        {
            port.Stale |= port.Port != 0 && !_mapper.HasPort(port.Port);
            if (port.Stale || !_ports.Contains(port))
            {
                return;
            }

            // The keeper's is the last to be closed; it looks again before.
            port.Device.Dispose();
            _ports.Remove(port);
            _ = TryTell(KeeperRequest.Release, port);
        }
    }

    /// <summary>Takes note of a restore: from now on nothing that was kept before may be closed.</summary>
    internal void DomainRestored()
    {
        lock (_oneAtATime)
        {
            _ports.ForEach(static port => port.Stale = true);
            _ = TryTell(KeeperRequest.Restored, port: null);
        }
    }

    /// <summary>Tells the keeper; false if it has ended: then the watcher starts another, which hears of all ports in their present state.</summary>
    private bool TryTell(KeeperRequest request, KeptPort? port)
    {
        KeeperMessage message = new()
        {
            Request = request,
            Id = port?.Id ?? 0,
            Port = port?.Port ?? 0,
            Peer = port?.Peer.Value ?? 0,
            DescriptorGrant = port?.DescriptorGrant ?? 0,
            Stale = port is { Stale: true } ? 1u : 0u,
        };
        ReadOnlySpan<int> device = request == KeeperRequest.Hold ? [port!.Device.Number] : [];
        int error = DescriptorPassing.Send(_socket!.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<KeeperMessage>(ref message)), device, flags: 0);
        if (error == Errno.EAGAIN)
        {
            // It stands still, and would act on what it knows when it goes on. Its copies are not the last while we live.
            _ = LibC.kill(_process, LibC.SIGKILL);
        }

        return error == 0;
    }

    private void Start()
    {
        FileDescriptor socket = KeeperLauncher.Start(_program, out int process);
        _socket = socket;
        _process = process;
        new Thread(() => Watch(socket, process)) { Name = "port keeper", IsBackground = true }.Start();
        foreach (KeptPort port in _ports)
        {
            if (!TryTell(KeeperRequest.Hold, port))
            {
                throw new ChannelPlatformException("The process that keeps event channels open ended at once. The event channels are not safe across a restore without it.");
            }
        }
    }

    /// <summary>Waits for the end of a keeper, and starts the next unless that was its order.</summary>
    private void Watch(FileDescriptor socket, int process)
    {
        long start = Environment.TickCount64;
        byte nothing;
        while (LibC.recv(socket.Number, &nothing, 1, 0) < 0 && LibC.LastError == Errno.EINTR)
        {
        }

        lock (_oneAtATime)
        {
            if (_disposed)
            {
                socket.Dispose();
                return;
            }
        }

        _ = LibC.waitpid(process, null, 0);

        // One that finds no memory will find none a moment later, and each start takes some.
        Thread.Sleep((int)Math.Max(0, RestartMilliseconds - (Environment.TickCount64 - start)));
        while (!TryReplace(socket))
        {
            Thread.Sleep(RestartMilliseconds);
        }
    }

    private bool TryReplace(FileDescriptor ended)
    {
        lock (_oneAtATime)
        {
            try
            {
                if (!_disposed && _socket == ended)
                {
                    Start();
                }

                ended.Dispose();
                return true;
            }
            catch (ChannelPlatformException)
            {
                return false;
            }
        }
    }
}
