using System.Collections.Immutable;
using System.Text;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Fuzz.Targets;

/// <summary>All other node texts: a guest's advert, name and vif (read by Dom0), pages of peers and heartbeats (read by guests), and the local platform's introduction. The first byte says which.</summary>
internal sealed class AnnouncementTarget : FuzzTarget
{
    private static readonly MacAddress Mac = new(0x00163E000001);
    private static readonly ImmutableArray<InternetAddress> Addresses = [InternetAddress.FromIPv4(0x0A000001), new InternetAddress(0x20010DB8_00000000, 1)];

    public override string Name => "announcement";

    public override IEnumerable<byte[]> Seeds()
    {
        yield return [0, .. new Advert(ProtocolVersions.Ours, 5, default, Mac).ToBytes()];
        yield return [1, .. PeerPage.ToBytes([PeerPage.ToEntry(new PeerDomain(new DomainId(7), "web", [Mac], Addresses, 9)), PeerPage.ToEntry(new PeerDomain(new DomainId(8), "db", [], [], 10))])];
        yield return [2, .. new Heartbeat(3, 4, TimeSpan.FromSeconds(5)).ToBytes()];
        yield return [3, .. "10.0.0.1/32 10.0.0.2 2001:db8::1/128"u8];
        yield return [4, .. LocalIntroduction.ToPayload(new GuestIdentity(null, "web", [new GuestInterface(Mac, Addresses, "xenbr0")]), new DomainId(3))];
        yield return [5, .. "a guest's \xFF name"u8];
        yield return [6, .. "b12"u8];
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<byte> value = input[1..];
        switch (input[0] % 7)
        {
            case 0:
                InvariantException.Unless(Advert.Parse(value) is not { } advert || (Advert.Parse(advert.ToBytes()) == advert && advert.Versions.Minimum > 0), "An advert reads otherwise once written.");
                break;
            case 1:
                Page(value);
                break;
            case 2:
                InvariantException.Unless(Heartbeat.Parse(value) is not { } beat || (Heartbeat.Parse(beat.ToBytes()) == beat && beat.Interval > TimeSpan.Zero), "A heartbeat reads otherwise once written.");
                break;
            case 3:
                Vif(Encoding.Latin1.GetString(value));
                break;
            case 4:
                InvariantException.Unless(
                    LocalIntroduction.Parse(value) is not { } identity || LocalIntroduction.Parse(LocalIntroduction.ToPayload(identity, identity.RequestedDomain))?.Name == identity.Name,
                    "An introduction reads otherwise once written.");
                break;
            case 5:
                InvariantException.Unless(GuestName.IsValid(GuestName.From(value)), "A name was made that is none.");
                break;
            case 6:
                string text = Encoding.Latin1.GetString(value);
                InvariantException.Unless(!StorePermission.TryParse(text, out StorePermission permission) || (StorePermission.TryParse(permission.ToString(), out StorePermission again) && again == permission), "A permission reads otherwise once written.");
                break;
        }
    }

    private static void Page(ReadOnlySpan<byte> value)
    {
        if (!PeerPage.TryParse(value, out ImmutableArray<PeerDomain> peers))
        {
            InvariantException.Unless(peers.IsEmpty, "Peers of a page that was refused.");
            return;
        }

        foreach (PeerDomain peer in peers)
        {
            InvariantException.Unless(
                peer.Id.Value is > 0 and < DomainId.FirstReserved && GuestName.IsValid(peer.Name) && peer.Macs.Length <= PeerPage.MaximumAddresses && peer.Addresses.Length <= PeerPage.MaximumAddresses,
                $"Peer {peer}.");
        }

        byte[] written = PeerPage.ToBytes(peers.Select(PeerPage.ToEntry));
        InvariantException.Unless(
            written.Length > NodeText.MaximumBytes || (PeerPage.TryParse(written, out ImmutableArray<PeerDomain> again) && again.Select(PeerPage.ToEntry).SequenceEqual(peers.Select(PeerPage.ToEntry))),
            "A page reads otherwise once written.");
    }

    private static void Vif(string text)
    {
        if (AddressList.TryParseVif(text, ignorePrefix: false, PeerPage.MaximumAddresses, out ImmutableArray<InternetAddress> addresses))
        {
            InvariantException.Unless(addresses.Length <= PeerPage.MaximumAddresses, "Too many addresses.");
            string written = string.Join(',', addresses);
            InvariantException.Unless(
                AddressList.TryParse(written, ',', PeerPage.MaximumAddresses, out ImmutableArray<InternetAddress> again) && again.SequenceEqual(addresses),
                $"Addresses read otherwise once written: {written}");
        }
    }
}
