using System.Globalization;
using System.Net;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Hostile;

/// <summary>What the hostile guest is told on its command line, in this order.</summary>
/// <param name="Self">Its own domain.</param>
/// <param name="Mac">The Ethernet address of its vif.</param>
/// <param name="Address">Its own IP address.</param>
/// <param name="Victim">Whom it attacks.</param>
/// <param name="VictimAddress">The victim's IP address.</param>
/// <param name="Bystander">A well-behaved third guest, whose identity it tries to take.</param>
/// <param name="BystanderAddress">The third guest's IP address.</param>
/// <param name="StormSeconds">How long it does nothing but ring, before anything else.</param>
/// <param name="NoiseSeconds">How long it stays within what does not close the channel, before it breaks the ring's protocol.</param>
/// <param name="Seed">Of its random choices.</param>
/// <param name="Ambush">To break the protocol by one planned blow first, and not at random.</param>
internal sealed record Orders(
    DomainId Self,
    MacAddress Mac,
    IPAddress Address,
    DomainId Victim,
    IPAddress VictimAddress,
    DomainId Bystander,
    IPAddress BystanderAddress,
    double StormSeconds,
    double NoiseSeconds,
    int Seed,
    bool Ambush)
{
    private const string AmbushWord = "ambush";

    /// <summary>Reads the command line.</summary>
    public static Orders Parse(string[] arguments) => arguments is [var self, var mac, var address, var victim, var victimAddress, var bystander, var bystanderAddress, var storm, var noise, var seed, .. [] or [AmbushWord]]
        ? new Orders(Domain(self), Ethernet(mac), IPAddress.Parse(address), Domain(victim), IPAddress.Parse(victimAddress), Domain(bystander), IPAddress.Parse(bystanderAddress), Seconds(storm), Seconds(noise), int.Parse(seed, CultureInfo.InvariantCulture), arguments[^1] == AmbushWord)
        : throw new FormatException("SELF MAC ADDRESS VICTIM ADDRESS BYSTANDER ADDRESS STORM-SECONDS NOISE-SECONDS SEED [ambush]");

    private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static MacAddress Ethernet(string text) => MacAddress.TryParse(text, out MacAddress mac) ? mac : throw new FormatException($"No Ethernet address: {text}");

    private static DomainId Domain(string text) => DomainId.TryParse(text, out DomainId domain) ? domain : throw new FormatException($"No domain: {text}");
}
