using System.Globalization;
using System.Net;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Hostile;

/// <summary>What the hostile guest is told on its command line, in this order.</summary>
/// <param name="Directory">Where the host keeps its sockets.</param>
/// <param name="Self">Its own domain.</param>
/// <param name="Mac">The Ethernet address of its vif.</param>
/// <param name="Address">Its own IP address.</param>
/// <param name="Victim">Whom it attacks.</param>
/// <param name="VictimAddress">The victim's IP address.</param>
/// <param name="Bystander">A well-behaved third guest, whose identity it tries to take.</param>
/// <param name="BystanderAddress">The third guest's IP address.</param>
/// <param name="NoiseSeconds">How long it stays within what does not close the channel, before it breaks the ring's protocol.</param>
/// <param name="Seed">Of its random choices.</param>
internal sealed record Orders(
    string Directory,
    DomainId Self,
    MacAddress Mac,
    IPAddress Address,
    DomainId Victim,
    IPAddress VictimAddress,
    DomainId Bystander,
    IPAddress BystanderAddress,
    double NoiseSeconds,
    int Seed)
{
    /// <summary>Reads the command line.</summary>
    public static Orders Parse(string[] arguments) => arguments is [var directory, var self, var mac, var address, var victim, var victimAddress, var bystander, var bystanderAddress, var seconds, var seed]
        ? new Orders(directory, Domain(self), Ethernet(mac), IPAddress.Parse(address), Domain(victim), IPAddress.Parse(victimAddress), Domain(bystander), IPAddress.Parse(bystanderAddress), double.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture))
        : throw new FormatException("DIRECTORY SELF MAC ADDRESS VICTIM ADDRESS BYSTANDER ADDRESS NOISE-SECONDS SEED");

    private static MacAddress Ethernet(string text) => MacAddress.TryParse(text, out MacAddress mac) ? mac : throw new FormatException($"No Ethernet address: {text}");

    private static DomainId Domain(string text) => DomainId.TryParse(text, out DomainId domain) ? domain : throw new FormatException($"No domain: {text}");
}
