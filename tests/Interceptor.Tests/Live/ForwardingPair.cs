using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Lab;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Two guests on a bridge with their data paths in this process, and a real channel of the local platform between them.</summary>
internal sealed class ForwardingPair : IDisposable
{
    private readonly VirtualHost _host;
    private readonly string _socket;
    private readonly List<IDisposable> _others = [];
    private Action? _attachOther;
    private readonly LocalGrantBroker _broker;
    private readonly LocalChannelPlatform _platformA;
    private readonly LocalChannelPlatform _platformB;

    /// <summary>Builds all but the channel. Neighbours know each other; nothing is captured yet.</summary>
    public ForwardingPair(OffloadMode offloadA = OffloadMode.Auto, OffloadMode offloadB = OffloadMode.Auto, int holdLimitMilliseconds = 200, ForwarderThreads threads = ForwarderThreads.One, bool polls = false)
    {
        _host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        _socket = Path.Combine(_host.Directory, "grants.sock");
        _broker = new LocalGrantBroker(_socket);
        _broker.Start();
        Lab.Guest a = _host["a"];
        Lab.Guest b = _host["b"];
        a.Run("ping", "-c", "1", "-W", "5", b.Address.ToString()).Checked();
        _platformA = new LocalChannelPlatform(_socket, new DomainId((ushort)a.Number));
        _platformB = new LocalChannelPlatform(_socket, new DomainId((ushort)b.Number));
        A = new ForwardingSide(a, b, offloadA, holdLimitMilliseconds, threads, polls);
        B = new ForwardingSide(b, a, offloadB, holdLimitMilliseconds, threads, polls);
    }

    public ForwardingSide A { get; }

    public ForwardingSide B { get; }

    public Channel? ChannelA { get; private set; }

    public Channel? ChannelB { get; private set; }

    /// <summary>Connects both ends.</summary>
    public void Connect(int ringBytes = 512 * 1024)
    {
        Open(ringBytes);
        Attach(A, ChannelA!, B.Device.Offload);
        Attach(B, ChannelB!, A.Device.Offload);
    }

    /// <summary>Connects A's end and leaves the other to the test, which plays the peer.</summary>
    /// <returns>The peer's end.</returns>
    public Channel ConnectAlone(int ringBytes = 512 * 1024)
    {
        Channel peer = Open(ringBytes);
        AttachA();
        return peer;
    }

    /// <summary>Makes a channel that no data path uses yet.</summary>
    /// <param name="ringBytes">Data bytes per direction.</param>
    /// <param name="wrap">Puts something around A's link.</param>
    /// <returns>The peer's end.</returns>
    public Channel Open(int ringBytes, Func<IChannelLink, IChannelLink>? wrap = null)
    {
        const ulong Nonce = 42;
        IChannelLink link = _platformA.Offer(A.PeerId, ringBytes, out ChannelOffer offer);
        ChannelA = Channel.Listen(wrap?.Invoke(link) ?? link, Nonce);
        ChannelB = Channel.Connect(_platformB.Map(B.PeerId, offer), Nonce);
        return ChannelB;
    }

    /// <summary>Gives A's end to its data path.</summary>
    public void AttachA() => Attach(A, ChannelA!, peerTakesOffload: true);

    /// <summary>Makes a channel to another peer, which the test plays: a domain without a guest. For <see cref="AttachBoth"/>.</summary>
    /// <returns>That peer's end.</returns>
    public Channel AddPeer(DomainId peer, int ringBytes)
    {
        const ulong Nonce = 43;
        var platform = new LocalChannelPlatform(_socket, peer);
        _others.Add(platform);
        PeerPort port = A.AddPort(peer);
        var ours = Channel.Listen(_platformA.Offer(peer, ringBytes, out ChannelOffer offer), Nonce);
        var theirs = Channel.Connect(platform.Map(A.Id, offer), Nonce);
        _others.Add(ours);
        _others.Add(theirs);
        _attachOther = () => A.Forwarder.Attach(port, ours, peerTakesOffload: true, captureWhole: true);
        return theirs;
    }

    /// <summary>Gives A's ends of both channels to its data path, which begins to work with both at once.</summary>
    public void AttachBoth()
    {
        A.Forwarder.Post(() =>
        {
            A.Forwarder.Attach(A.Port, ChannelA!, peerTakesOffload: true, captureWhole: true);
            _attachOther!();
        });
        A.Sync();
    }

    /// <summary>Captures on both sides.</summary>
    public void Capture()
    {
        A.Capture();
        B.Capture();
    }

    /// <summary>Measures what crosses the bridge from now on.</summary>
    public BridgeMeter Meter() => new(A.Guest, B.Guest);

    public override string ToString() => $"{A}\n{B}";

    public void Dispose()
    {
        foreach (ForwardingSide side in (ForwardingSide[])[A, B])
        {
            side.Forwarder.ReleaseAsync(side.Port, orderly: false).Wait(TimeSpan.FromSeconds(10));
            side.Dispose();
        }

        _others.ForEach(o => o.Dispose());
        ChannelA?.Dispose();
        ChannelB?.Dispose();
        _platformA.Dispose();
        _platformB.Dispose();
        _broker.Dispose();
        _host.Dispose();
    }

    private static void Attach(ForwardingSide side, Channel channel, bool peerTakesOffload)
    {
        side.Forwarder.Attach(side.Port, channel, peerTakesOffload, captureWhole: peerTakesOffload && side.Device.Offload);
        side.Sync();
    }
}
