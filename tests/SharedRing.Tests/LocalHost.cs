using XenLoop.SharedRing.Local;

namespace XenLoop.SharedRing.Tests;

/// <summary>A host for one test: a broker in a directory of its own, and domains that connect to it. Leaves nothing behind.</summary>
public sealed class LocalHost : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("xenloop-ring-");
    private readonly List<LocalChannelPlatform> _platforms = [];
    private LocalGrantBroker? _broker;

    public LocalHost() => StartBroker();

    /// <summary>Where the broker listens.</summary>
    public string SocketPath => Path.Combine(_directory.FullName, "grants.sock");

    /// <summary>A domain's platform, disposed with the host.</summary>
    public LocalChannelPlatform Domain(ushort domain)
    {
        LocalChannelPlatform platform = new(SocketPath, new DomainId(domain));
        _platforms.Add(platform);
        return platform;
    }

    /// <summary>Both ends of a channel between domains 1 (listener) and 2.</summary>
    public (Channel Listener, Channel Connector) Pair(int ringBytes)
    {
        const ulong nonce = 0xFEED;
        LocalChannelPlatform one = Domain(1);
        Channel listener = Channel.Listen(one.Offer(new DomainId(2), ringBytes, out ChannelOffer offer), nonce);
        return (listener, Channel.Connect(Domain(2).Map(new DomainId(1), offer), nonce));
    }

    public void StartBroker()
    {
        _broker = new LocalGrantBroker(SocketPath);
        _broker.Start();
    }

    public void StopBroker() => _broker?.Dispose();

    public void Dispose()
    {
        _platforms.ForEach(platform => platform.Dispose());
        StopBroker();
        _directory.Delete(recursive: true);
    }
}
