using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Every text that another domain writes: valid ones survive, others are told apart, none throws.</summary>
public sealed class NodeTextTests
{
    private static readonly Gen<ulong> Numbers = Gen.Choose(int.MinValue, int.MaxValue).Two().Select(pair => ((ulong)(uint)pair.Item1 << 32) | (uint)pair.Item2);

    private static readonly Gen<HandshakeMessage> Messages =
        from step in Gen.Elements(Enum.GetValues<HandshakeStep>())
        from numbers in Numbers.ArrayOf(4)
        from small in Gen.Choose(int.MinValue, int.MaxValue).ArrayOf(4)
        from reason in Gen.Elements(Enum.GetValues<CloseReason>())
        let offer = step == HandshakeStep.Offer
        select new HandshakeMessage(
            step,
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            (ChannelFeatures)(uint)small[0],
            offer ? (uint)small[1] : 0,
            offer ? new ChannelOffer((uint)small[2], (uint)small[3]) : default,
            step == HandshakeStep.Closed ? reason : null);

    private static readonly Gen<PeerDomain> Peers =
        from id in Gen.Choose(1, DomainId.FirstReserved - 1)
        from name in Gen.Elements("abcXYZ019._-".ToCharArray()).ArrayOf().Where(letters => letters.Length is > 0 and <= 64)
        from instance in Numbers
        from macs in Numbers.ListOf().Select(list => list.Take(PeerPage.MaximumAddresses))
        from addresses in Numbers.Two().ListOf().Select(list => list.Take(PeerPage.MaximumAddresses))
        select new PeerDomain(
            new DomainId((ushort)id),
            new string(name),
            [.. macs.Select(mac => new MacAddress(mac & 0xFFFF_FFFF_FFFF))],
            [.. addresses.Select(pair => new InternetAddress(pair.Item1, pair.Item2))],
            instance);

    [Fact]
    public void Handshake_messages_survive() => Prop.ForAll(
        Messages.ToArbitrary(),
        message => HandshakeMessage.Read(message.ToBytes()).Message == message && message.ToBytes().Length <= NodeText.MaximumBytes).QuickCheckThrowOnFailure();

    [Fact]
    public void Pages_of_peers_survive_and_any_one_peer_fits() => Prop.ForAll(
        Peers.ArrayOf().ToArbitrary(),
        peers =>
        {
            string[] entries = Array.ConvertAll(peers, PeerPage.ToEntry);
            int length = PeerPage.HeaderLength + entries.Sum(PeerPage.LengthOf);
            byte[] page = PeerPage.ToBytes(entries);
            return page.Length == length
                && entries.All(entry => PeerPage.HeaderLength + PeerPage.LengthOf(entry) <= NodeText.MaximumBytes)
                && PeerPage.TryParse(page, out ImmutableArray<PeerDomain> parsed) == (length <= NodeText.MaximumBytes)
                && (length > NodeText.MaximumBytes || parsed.Select(PeerPage.ToEntry).SequenceEqual(entries));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Adverts_and_heartbeats_survive() => Prop.ForAll(
        Numbers.ToArbitrary(),
        Gen.Choose(10, 3_600_000).ToArbitrary(),
        (number, milliseconds) =>
        {
            Advert advert = new(new ProtocolVersions(1, 7), number, ChannelFeatures.SegmentationOffload, new MacAddress(number >> 16));
            Heartbeat beat = new(number, ~number, TimeSpan.FromMilliseconds(milliseconds));
            return Advert.Parse(advert.ToBytes()) == advert && Heartbeat.Parse(beat.ToBytes()) == beat;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Arbitrary_bytes_never_throw() => Prop.ForAll<byte[]>(bytes => ReadAll(bytes ?? [])).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_texts_never_throw() => Prop.ForAll(
        Messages.ToArbitrary(),
        Gen.Choose(0, 10_000).Two().ToArbitrary(),
        (message, damage) =>
        {
            byte[] bytes = message.ToBytes();
            bytes[damage.Item1 % bytes.Length] = (byte)damage.Item2;
            return ReadAll(bytes) && ReadAll(bytes[..(damage.Item2 % bytes.Length)]);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("v")]
    [InlineData("=1")]
    [InlineData("v=1-1  step=want")]
    [InlineData("v=1-1 v=1-1")]
    [InlineData("V=1-1")]
    [InlineData("v=1-1\nstep=want")]
    [InlineData("averyveryverylongkey=1")]
    public void Texts_out_of_form_are_refused(string text) => Assert.False(NodeText.TryParse(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Texts_beyond_the_limits_are_refused()
    {
        Assert.True(NodeText.TryParse(Encoding.ASCII.GetBytes("a=" + new string('x', NodeText.MaximumBytes - 2)), out _));
        Assert.False(NodeText.TryParse(Encoding.ASCII.GetBytes("a=" + new string('x', NodeText.MaximumBytes - 1)), out _));
        string[] fields = [.. Enumerable.Range(0, 33).Select(i => $"{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}=1")];
        Assert.True(NodeText.TryParse(Encoding.ASCII.GetBytes(string.Join(' ', fields[..32])), out _));
        Assert.False(NodeText.TryParse(Encoding.ASCII.GetBytes(string.Join(' ', fields)), out _));
    }

    [Theory]
    [InlineData("1-1", true)]
    [InlineData("1-65535", true)]
    [InlineData("0-1", false)]
    [InlineData("2-1", false)]
    [InlineData("1-65536", false)]
    [InlineData("-1", false)]
    [InlineData("1-", false)]
    [InlineData("+1-1", false)]
    public void Versions_are_ranges(string text, bool valid) => Assert.Equal(valid, ProtocolVersions.TryParse(text, out _));

    /// <summary>Pages are small, and numbers are hardly ever given twice.</summary>
    [Fact]
    public void A_peers_life_is_told_where_it_is_not_the_first_of_its_number()
    {
        PeerDomain first = new(new DomainId(3), "a", [], [], 1);
        Assert.DoesNotContain("life", PeerPage.ToEntry(first), StringComparison.Ordinal);
        foreach (PeerDomain told in (PeerDomain[])[first, first with { Life = 1 }, first with { Life = uint.MaxValue }])
        {
            Assert.True(PeerPage.TryParse(PeerPage.ToBytes([PeerPage.ToEntry(told)]), out ImmutableArray<PeerDomain> parsed));
            Assert.Equal(told.Life, Assert.Single(parsed).Life);
        }
    }

    [Fact]
    public void A_version_that_we_do_not_speak_is_told_from_rubbish()
    {
        Assert.Equal(HandshakeReadingKind.OtherVersion, HandshakeMessage.Read("v=2-9 whatever=x"u8).Kind);
        Assert.Equal(HandshakeReadingKind.Unintelligible, HandshakeMessage.Read("v=1-9 whatever=x"u8).Kind);
        Assert.True(PeerPage.TryParse("v=1-1;dom=3 name=a instance=0000000000000001"u8, out _));
        Assert.False(PeerPage.TryParse("v=2-9;dom=3 name=a instance=0000000000000001"u8, out _));
    }

    [Fact]
    public void Introductions_survive_and_hostile_ones_are_refused()
    {
        GuestIdentity identity = new(new DomainId(5), "guest-1", [new GuestInterface(new MacAddress(0x00163e000001), [InternetAddress.FromIPv4(1)], "xenbr0"), new GuestInterface(default, [], null)]);
        GuestIdentity parsed = LocalIntroduction.Parse(LocalIntroduction.ToPayload(identity, identity.RequestedDomain))!;
        Assert.Equal(identity.RequestedDomain, parsed.RequestedDomain);
        Assert.Equal("guest-1", parsed.Name);
        Assert.Equal(identity.Interfaces[0].Mac, parsed.Interfaces[0].Mac);
        Assert.Equal(identity.Interfaces[0].Addresses, parsed.Interfaces[0].Addresses.AsEnumerable());
        Assert.Equal("xenbr0", parsed.Interfaces[0].Bridge);
        Assert.Null(parsed.Interfaces[1].Bridge);

        foreach (string hostile in (string[])["auto\0", "auto\0bad name\0", "auto\0a/b\0", "0\0a\0", "32752\0a\0", "x\0a\0", "auto\0a\0mac=zz\0", "auto\0a\0mac=00:16:3e:00:00:01 bridge=a/b\0", "auto\0a"])
        {
            Assert.Null(LocalIntroduction.Parse(Encoding.Latin1.GetBytes(hostile)));
        }
    }

    private static bool ReadAll(byte[] bytes)
    {
        _ = HandshakeMessage.Read(bytes);
        _ = PeerPage.TryParse(bytes, out ImmutableArray<PeerDomain> _);
        _ = Advert.Parse(bytes);
        _ = Heartbeat.Parse(bytes);
        _ = LocalIntroduction.Parse(bytes);
        return GuestName.IsValid(GuestName.From(bytes));
    }
}
