using System.Runtime.CompilerServices;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Destination address to co-resident domain, as the kernel's routes and neighbours and Dom0's announcement say together.
/// Built again on the control thread whenever one of them changes, and read by the data path without a lock. A table never changes:
/// <see cref="PassedAddresses"/> relies on that.
/// </summary>
/// <remarks>
/// Neighbours and own routes were resolved when the table was built, so that a look-up is one probe of an open-addressed
/// hash for single addresses and, only if routed prefixes exist, a walk over those, longest first.
/// </remarks>
internal sealed class DestinationTable
{
    /// <summary>What <see cref="Find"/> returns for an address that is not a peer's: no guest has this number.</summary>
    public static readonly DomainId None = new(DomainId.FirstReserved);

    /// <summary>The owner of addresses that are this guest's own, but not of the interface that packets are captured at.</summary>
    public static readonly DomainId Self = new(DomainId.FirstReserved + 1);

    private readonly Slot[] _slots;
    private readonly int _mask;
    private readonly Prefix[] _prefixes;
    private readonly InternetAddress[] _announced;
    private readonly DestinationTable _owners;

    private DestinationTable(Slot[] slots, Prefix[] prefixes, InternetAddress[] announced, DestinationTable? owners = null)
    {
        _owners = owners ?? this;
        _slots = slots;
        _mask = slots.Length - 1;
        _prefixes = prefixes;
        _announced = announced;
    }

    /// <summary>A table that knows nobody.</summary>
    public static DestinationTable Empty { get; } = new([new Slot(default, None)], [], []);

    /// <summary>Builds a table; of equal prefixes the first counts.</summary>
    /// <param name="destinations">Whose address or prefix belongs to whom; <see cref="None"/> marks a prefix that leads elsewhere.</param>
    /// <param name="announced">The only addresses that peers accept from this guest, if Dom0 announced any for it.</param>
    public static DestinationTable Build(IReadOnlyCollection<Destination> destinations, params InternetAddress[] announced)
    {
        Dictionary<InternetPrefix, DomainId> distinct = [];
        List<Prefix> prefixes = [];
        foreach (Destination destination in destinations)
        {
            if (distinct.TryAdd(destination.Prefix, destination.Domain) && !IsHost(destination.Prefix, destination.Domain))
            {
                prefixes.Add(new Prefix(destination.Prefix, destination.Domain));
            }
        }

        // Distinct prefixes of one length do not overlap: their order is of no account.
        prefixes.Sort((left, right) => right.Range.Length.CompareTo(left.Range.Length));
        var slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * (distinct.Count - prefixes.Count)) + 1)];
        Array.Fill(slots, new Slot(default, None));
        foreach ((InternetPrefix prefix, DomainId domain) in distinct)
        {
            if (IsHost(prefix, domain))
            {
                Insert(slots, prefix.Address, domain);
            }
        }

        return new DestinationTable(slots, [.. prefixes], announced);
    }

    /// <summary>
    /// This table's destinations, with another table to say whose an address is: what a router leads to is not the router's own, and may
    /// answer by another way.
    /// </summary>
    public DestinationTable WithOwners(DestinationTable owners) => new(_slots, _prefixes, _announced, owners);

    /// <summary>The domain that packets to an address must reach next, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DomainId Find(InternetAddress address)
    {
        Slot[] slots = _slots;
        for (int i = Hash(address) & _mask; ; i = (i + 1) & _mask)
        {
            ref readonly Slot slot = ref slots[i];
            if (slot.Domain == None)
            {
                return _prefixes.Length == 0 ? None : FindPrefix(address);
            }

            if (slot.Address == address)
            {
                return slot.Domain;
            }
        }
    }

    /// <summary>
    /// True if peers take packets from <paramref name="source"/> for this guest's, as far as their <see cref="SourceCheck"/> can be known here.
    /// What this guest only forwards for another co-resident domain would look forged to them, and so may what it sends from an address of
    /// another interface: one that balances load answers from an address that to its peers is the balancer's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MaySend(InternetAddress source) =>
        SourceCheck.IsPossible(source.ToIPv4()) && (_announced.Length == 0 ? _owners.Find(source) == None : Array.IndexOf(_announced, source) >= 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private DomainId FindPrefix(InternetAddress address)
    {
        foreach (ref readonly Prefix prefix in _prefixes.AsSpan())
        {
            if (prefix.Range.Contains(address))
            {
                return prefix.Domain;
            }
        }

        return None;
    }

    private static void Insert(Slot[] slots, InternetAddress address, DomainId domain)
    {
        int i = Hash(address) & (slots.Length - 1);
        while (slots[i].Domain != None)
        {
            i = (i + 1) & (slots.Length - 1);
        }

        slots[i] = new Slot(address, domain);
    }

    private static bool IsHost(InternetPrefix prefix, DomainId domain) => prefix.IsSingleAddress && domain != None;

    /// <summary>Multiplicative hashing (Knuth, TAOCP 3, 6.4): the low bits of addresses differ most, the high bits of the product mix best.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(InternetAddress address) => (int)(((address.Low ^ address.High) * 0x9E3779B97F4A7C15UL) >> 33);

    private readonly record struct Slot(InternetAddress Address, DomainId Domain);

    private readonly record struct Prefix(InternetPrefix Range, DomainId Domain);
}
