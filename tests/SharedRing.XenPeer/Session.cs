using System.Globalization;
using XenLoop.SharedRing.Peer;
using XenLoop.SharedRing.Xen;

namespace XenLoop.SharedRing.XenPeer;

/// <summary>Carries out one line at a time and answers with one line, which begins with the command's name.</summary>
/// <remarks>
/// <code>
/// offer PEER BYTES                 offer GRANT PORT BYTES
/// map PEER GRANT PORT              map BYTES in MICROSECONDS, or: map refused: WHY
/// exchange SEED SEND EXPECT        exchange Complete sent N received N COUNTS (RingCounts)
/// state                            state left BOOL gone BOOL inbound STATUS violation OUTBOUND/INBOUND
/// close                            close MICROSECONDS      the last channel
/// leave                            leave                   the last channel, by word alone: its pages stay mapped
/// restored                         restored                as the store's watch would say
/// renew DOMAIN                     renew                   a new platform, for the number after the restore
/// wait MILLISECONDS                wait rung BOOL
/// storm MOST                       storm WAKES             takes wake-ups until none comes for a while, MOST at most
/// ring COUNT                       ring NANOSECONDS        each
/// acknowledge COUNT                acknowledge NANOSECONDS each, with nothing to take note of
/// cost PEER BYTES                  cost offer MICROSECONDS close MICROSECONDS
/// </code>
/// </remarks>
internal sealed class Session(DomainId self) : IDisposable
{
    private const ulong Nonce = 0x1122_3344_5566_7788;

    private readonly PortKeeper _keeper = new();
    private readonly Stack<Channel> _channels = new();
    private readonly List<Channel> _neverUnmapped = [];
    private XenChannelPlatform? _platform;
    private DomainId _self = self;

    private XenChannelPlatform Platform => _platform ??= new XenChannelPlatform(_self, _keeper);

    public string Do(string[] words)
    {
        try
        {
            return words switch
            {
                ["offer", var peer, var bytes] => Offer(Domain(peer), Number(bytes)),
                ["map", var peer, var grant, var port] => Map(Domain(peer), new ChannelOffer((uint)Number(grant), (uint)Number(port))),
                ["exchange", var seed, var send, var expect] => Exchange((ulong)Number(seed), Number(send), Number(expect)),
                ["state"] => State(),
                ["close"] => string.Create(CultureInfo.InvariantCulture, $"close {Measured(1, () => _channels.Pop().Dispose()) / 1000:F0}"),
                ["leave"] => Leave(),
                ["restored"] => Restored(),
                ["renew", var domain] => Renew(Domain(domain)),
                ["wait", var milliseconds] => Invariant($"wait rung {Doorbells.Wait(_channels.Peek(), (int)Number(milliseconds))}"),
                ["storm", var count] => Invariant($"storm {Doorbells.TakeStorm(_channels.Peek(), (int)Number(count))}"),
                ["ring", var count] => Invariant($"ring {Measured(Number(count), _channels.Peek().Doorbell.Ring):F0}"),
                ["acknowledge", var count] => Invariant($"acknowledge {Measured(Number(count), _channels.Peek().Doorbell.Acknowledge):F0}"),
                ["cost", var peer, var bytes] => Cost(Domain(peer), Number(bytes)),
                _ => $"unknown: {string.Join(' ', words)}",
            };
        }
        catch (ChannelPlatformException refused)
        {
            return $"{words[0]} refused: {refused.Message}";
        }
    }

    public void Dispose()
    {
        while (_channels.TryPop(out Channel? channel))
        {
            channel.Dispose();
        }

        _platform?.Dispose();
        _keeper.Dispose();
    }

    private static DomainId Domain(string word) => new(ushort.Parse(word, CultureInfo.InvariantCulture));

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Measured(long count, Action action)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (long i = 0; i < count; i++)
        {
            action();
        }

        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
    }

    private string Offer(DomainId peer, long bytes)
    {
        IChannelLink link = Platform.Offer(peer, (int)bytes, out ChannelOffer offer);
        _channels.Push(Channel.Listen(link, Nonce));
        return Invariant($"offer {offer.DescriptorGrant} {offer.DoorbellPort} {link.RingBytes}");
    }

    private string Map(DomainId peer, ChannelOffer offer)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        IChannelLink link = Platform.Map(peer, offer);
        try
        {
            _channels.Push(Channel.Connect(link, Nonce));
        }
        catch
        {
            link.Dispose();
            throw;
        }

        return Invariant($"map {link.RingBytes} in {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMicroseconds:F0}");
    }

    private string Exchange(ulong seed, long send, long expect)
    {
        StressEnd end = new(_channels.Peek(), seed);
        StressOutcome outcome = end.Exchange(send, expect);
        return Invariant($"exchange {outcome} sent {end.Sent} received {end.Received} {end.Counts}");
    }

    private unsafe string State()
    {
        Channel channel = _channels.Peek();
        bool left = channel.PeerLeft;
        RingStatus status = channel.Inbound.TryRead(out _, out _, out _);
        channel.Outbound.Used();
        return Invariant($"state left {left} gone {channel.PeerGone} inbound {status} violation {channel.Outbound.Violation}/{channel.Inbound.Violation}");
    }

    private unsafe string Leave()
    {
        Channel channel = _channels.Pop();
        _neverUnmapped.Add(channel);
        channel.Link.Descriptor[channel.Role == ChannelRole.Listener ? ChannelDescriptor.ListenerLifeOffset : ChannelDescriptor.ConnectorLifeOffset] = 0;
        channel.Doorbell.Ring();
        return "leave";
    }

    private string Restored()
    {
        _platform?.DomainRestored();
        return "restored";
    }

    private string Renew(DomainId domain)
    {
        _platform?.Dispose();
        _platform = null;
        _self = domain;
        return "renew";
    }

    private string Cost(DomainId peer, long bytes)
    {
        const int rounds = 20;
        double offer = 0;
        double close = 0;
        for (int i = 0; i < rounds; i++)
        {
            offer += Measured(1, () => Offer(peer, bytes));
            close += Measured(1, () => _channels.Pop().Dispose());
        }

        return Invariant($"cost offer {offer / rounds / 1000:F0} close {close / rounds / 1000:F0}");
    }
}
