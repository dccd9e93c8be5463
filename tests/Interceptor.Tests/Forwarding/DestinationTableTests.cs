using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class DestinationTableTests
{
    [Fact]
    public void Empty_knows_nobody()
    {
        Assert.Equal(DestinationTable.None, DestinationTable.Empty.Find(Address(0)));
        Assert.Equal(DestinationTable.None, DestinationTable.Empty.Find(default));
        Assert.Equal(DestinationTable.None, DestinationTable.Build([]).Find(Address(0x0A000001)));
    }

    [Fact]
    public void A_longer_prefix_that_leads_elsewhere_is_respected()
    {
        DestinationTable table = DestinationTable.Build([To("0.0.0.0/0", 5), To("10.0.0.0/8", null), To("10.1.0.0/16", 6), To("10.1.2.3/32", null)]);
        Assert.Equal(new DomainId(5), Find(table, "8.8.8.8"));
        Assert.Equal(DestinationTable.None, Find(table, "10.2.0.1"));
        Assert.Equal(new DomainId(6), Find(table, "10.1.0.1"));
        Assert.Equal(DestinationTable.None, Find(table, "10.1.2.3"));
    }

    [Fact]
    public void Of_equal_prefixes_the_first_counts()
    {
        Assert.Equal(new DomainId(1), Find(DestinationTable.Build([To("10.0.0.1/32", 1), To("10.0.0.1/32", 2)]), "10.0.0.1"));
        Assert.Equal(new DomainId(1), Find(DestinationTable.Build([To("10.0.0.0/24", 1), To("10.0.0.0/24", 2)]), "10.0.0.1"));
        Assert.Equal(new DomainId(1), Find(DestinationTable.Build([To("10.0.0.1/32", 1), To("10.0.0.1/32", null)]), "10.0.0.1"));
        Assert.Equal(DestinationTable.None, Find(DestinationTable.Build([To("10.0.0.1/32", null), To("10.0.0.1/32", 1)]), "10.0.0.1"));
    }

    [Fact]
    public void The_families_do_not_meet()
    {
        DestinationTable table = DestinationTable.Build([To("0.0.0.0/0", 1), To("2001:db8::1/128", 2)]);
        Assert.Equal(DestinationTable.None, Find(table, "2001:db8::2"));
        Assert.Equal(new DomainId(2), Find(table, "2001:db8::1"));
    }

    [Fact]
    public void Thousands_of_addresses_are_all_found_and_nothing_else()
    {
        Destination[] destinations = [.. Enumerable.Range(0, 20000).Select(i => Host(0x0A000000u + ((uint)i * 7), (ushort)(1 + (i % 500))))];
        DestinationTable table = DestinationTable.Build(destinations);
        foreach (Destination destination in destinations)
        {
            Assert.Equal(destination.Domain, table.Find(destination.Prefix.Address));
            Assert.Equal(DestinationTable.None, table.Find(Address(destination.Prefix.Address.ToIPv4() + 3)));
        }
    }

    [Fact]
    public void Agrees_with_the_longest_prefix_looked_up_naively() => Properties.Hold(
        from entries in Entries.ListOf()
        from address in NearbyAddress
        select (entries, address),
        input =>
        {
            DestinationTable table = DestinationTable.Build([.. input.entries]);
            DomainId expected = Naive(input.entries, input.address);
            Assert.Equal(expected, table.Find(input.address));
            foreach (Destination entry in input.entries)
            {
                Assert.Equal(Naive(input.entries, entry.Prefix.Address), table.Find(entry.Prefix.Address));
            }
        },
        runs: 3000);

    /// <summary>Few addresses and few domains, so that prefixes overlap and repeat.</summary>
    private static Gen<InternetAddress> NearbyAddress { get; } =
        from high in Gen.Elements(0x0A000000u, 0x0A000100u, 0xC0A80000u)
        from low in Gen.Choose(0, 7)
        select Address(high + (uint)low);

    private static Gen<Destination> Entries { get; } =
        from address in NearbyAddress
        from length in Gen.Elements(0, 8, 16, 24, 29, 30, 31, 32, 32, 32)
        from domain in Gen.Choose(0, 4)
        select new Destination(new InternetPrefix(address, length), domain == 0 ? DestinationTable.None : new DomainId((ushort)domain));

    private static DomainId Naive(IEnumerable<Destination> entries, InternetAddress address)
    {
        Destination? best = null;
        foreach (Destination entry in entries)
        {
            uint mask = entry.Prefix.Length == 0 ? 0 : uint.MaxValue << (32 - entry.Prefix.Length);
            bool matches = (address.ToIPv4() & mask) == entry.Prefix.Address.ToIPv4();
            if (matches && (best is null || entry.Prefix.Length > best.Value.Prefix.Length))
            {
                best = entry;
            }
        }

        return best?.Domain ?? DestinationTable.None;
    }

    private static InternetAddress Address(uint value) => InternetAddress.FromIPv4(value);

    private static Destination Host(uint address, ushort domain) => new(InternetPrefix.Single(Address(address)), new DomainId(domain));

    private static Destination To(string prefix, int? domain)
    {
        Assert.True(InternetPrefix.TryParse(prefix, out InternetPrefix parsed));
        return new Destination(parsed, domain is { } number ? new DomainId((ushort)number) : DestinationTable.None);
    }

    private static DomainId Find(DestinationTable table, string address)
    {
        Assert.True(InternetAddress.TryParse(address, out InternetAddress parsed));
        return table.Find(parsed);
    }
}
