using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Decides whether a packet from a peer carries a source address that the peer may use, and a destination that would have brought it here.
/// </summary>
/// <remarks>
/// Where the toolstack gave the peer's vifs addresses, those and no others are good (as Dom0's anti-spoofing rules would
/// have it). Where it gave none, the peer may send what it could send on the bridge under its own Ethernet address, except
/// under an address that is ours or that we know as another co-resident domain's. On the bridge a frame for our Ethernet address may carry any
/// destination. A router delivers here only what is for the addresses that the toolstack gave us, so nothing else is taken from a peer behind one.
/// A check never changes: <see cref="PassedAddresses"/> relies on that.
/// </remarks>
internal sealed unsafe class SourceCheck
{
    /// <summary>Bytes of an Ethernet header.</summary>
    public const int EthernetHeaderBytes = 14;

    private const int EtherTypeIPv4 = 0x0800;
    private const uint Loopback = 127;
    private const uint MulticastNibble = 0xE;

    private readonly ImmutableArray<InternetAddress> _announced;
    private readonly ImmutableArray<InternetAddress> _own;
    private readonly ImmutableArray<InternetAddress> _reachable;
    private readonly DestinationTable _owners;
    private readonly DomainId _peer;
    private readonly byte[] _ethernetHeader = new byte[EthernetHeaderBytes];

    /// <summary>Makes the check of one peer's packets.</summary>
    /// <param name="peer">The peer that sends.</param>
    /// <param name="peerEthernet">The peer's announced Ethernet address: the source of injected frames.</param>
    /// <param name="ownEthernet">This guest's Ethernet address: the destination of injected frames, or the kernel takes them for another host's.</param>
    /// <param name="announced">The addresses that the toolstack gave the peer; empty if none.</param>
    /// <param name="own">This guest's own addresses.</param>
    /// <param name="owners">Who owns which address.</param>
    /// <param name="reachable">The only destinations that the peer's packets may have; null: any.</param>
    public SourceCheck(
        DomainId peer,
        MacAddress peerEthernet,
        MacAddress ownEthernet,
        ImmutableArray<InternetAddress> announced,
        ImmutableArray<InternetAddress> own,
        DestinationTable owners,
        ImmutableArray<InternetAddress>? reachable = null)
    {
        _reachable = reachable ?? default;
        _peer = peer;
        _announced = announced;
        _own = own;
        _owners = owners;
        ownEthernet.CopyTo(_ethernetHeader);
        peerEthernet.CopyTo(_ethernetHeader.AsSpan(MacAddress.Length));
        _ethernetHeader[12] = EtherTypeIPv4 >> 8;
        _ethernetHeader[13] = EtherTypeIPv4 & 0xFF;
    }

    /// <summary>A check that lets nothing through.</summary>
    public static SourceCheck None { get; } = new(DestinationTable.None, default, default, [default], [], DestinationTable.Empty);

    /// <summary>Writes the <see cref="EthernetHeaderBytes"/> bytes that go in front of an injected packet.</summary>
    public void WriteEthernetHeader(byte* destination) => Unsafe.CopyBlockUnaligned(ref *destination, ref _ethernetHeader[0], EthernetHeaderBytes);

    /// <summary>True if the peer may send from <paramref name="source"/> (IPv4, host order).</summary>
    public bool Allows(uint source)
    {
        if (!IsPossible(source))
        {
            return false;
        }

        InternetAddress address = InternetAddress.FromIPv4(source);
        if (!_announced.IsEmpty)
        {
            return Contains(_announced, address);
        }

        DomainId owner = _owners.Find(address);
        return owner == _peer || (owner == DestinationTable.None && !Contains(_own, address));
    }

    /// <summary>True if a packet for <paramref name="destination"/> (IPv4, host order) may have come from the peer.</summary>
    public bool Reaches(uint destination) => _reachable.IsDefault || Contains(_reachable, InternetAddress.FromIPv4(destination));

    /// <summary>
    /// False of what is nobody's address, and what kernels take for forged in a source (<c>ip_route_input_slow</c>). 240.0.0.0/4 and 0.0.0.0/8
    /// are addresses to them, except for the last and the first.
    /// </summary>
    public static bool IsPossible(uint source) =>
        source is not 0 and not uint.MaxValue && source >> 24 != Loopback && source >> 28 != MulticastNibble;

    private static bool Contains(ImmutableArray<InternetAddress> addresses, InternetAddress wanted)
    {
        foreach (InternetAddress address in addresses)
        {
            if (address == wanted)
            {
                return true;
            }
        }

        return false;
    }
}
