using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Status;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Status;

/// <summary>What was found of a host's guests, for people and for programs.</summary>
public sealed class HostTests
{
    private static readonly SurveyedGuest B = new(new DomainId(2), "b") { Reason = "no agent runs there (it has no advert)" };

    private static readonly SurveyedGuest A = new(new DomainId(1), "a")
    {
        HasAdvert = true,
        Advert = new Advert(new ProtocolVersions(1, 1), 1, ChannelFeatures.None, new MacAddress(0x00163E000001)),
        Network = "bridge xenbr0",
        Addresses = [InternetAddress.FromIPv4(0x0A000001), InternetAddress.FromIPv4(0x0A000002)],
        Heartbeat = new Heartbeat(17, 1, TimeSpan.FromSeconds(5)),
        IsAnnounced = true,
        Peers = new SortedDictionary<DomainId, string> { [new DomainId(4)] = "d", [new DomainId(3)] = "c" },
    };

    [Fact]
    public void Prints_who_takes_part_and_why_others_do_not()
    {
        string expected =
            """
            announcer  runs
            a: domain 1, announced
              agent      protocol 1-1
              vif        00:16:3e:00:00:01, bridge xenbr0, held to 10.0.0.1, 10.0.0.2
              heartbeat  number 17, one each 5 s
              peers      3 c, 4 d
            b: domain 2, not announced: no agent runs there (it has no advert)

            """;
        Assert.Equal(expected, Print(true, A, B));
    }

    /// <summary>The announcer's options may name scripts that this command does not know.</summary>
    [Fact]
    public void A_guest_that_is_announced_on_an_unknown_network_has_no_peers_perhaps()
    {
        string text = Print(null, A with { Network = null, Addresses = [], Peers = new SortedDictionary<DomainId, string>() });
        Assert.Contains("announcer  cannot be seen from here\n", text, StringComparison.Ordinal);
        Assert.Contains("  vif        00:16:3e:00:00:01, on a network that the announcer's options name\n", text, StringComparison.Ordinal);
        Assert.Contains("  peers      none: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_guests_is_told_from_none() =>
        Assert.Equal("announcer  none runs on this host: what follows is what the last one left; connected channels go on, no new ones open\nno guests\n", Print(false));

    [Fact]
    public void Programs_are_told_the_same()
    {
        string expected =
            $$"""
            {
              "version": "{{ProductVersion.Text}}",
              "platform": "xen",
              "announcerRuns": null,
              "guests": [
                {
                  "domain": 1,
                  "name": "a",
                  "announced": true,
                  "reason": "",
                  "advert": true,
                  "protocol": "1-1",
                  "mac": "00:16:3e:00:00:01",
                  "network": "bridge xenbr0",
                  "addresses": [
                    "10.0.0.1",
                    "10.0.0.2"
                  ],
                  "heartbeat": {
                    "sequence": 17,
                    "intervalSeconds": 5
                  },
                  "peers": [
                    {
                      "domain": 3,
                      "name": "c"
                    },
                    {
                      "domain": 4,
                      "name": "d"
                    }
                  ]
                },
                {
                  "domain": 2,
                  "name": "b",
                  "announced": false,
                  "reason": "no agent runs there (it has no advert)",
                  "advert": false,
                  "protocol": null,
                  "mac": null,
                  "network": null,
                  "addresses": [],
                  "heartbeat": null,
                  "peers": []
                }
              ]
            }
            """;
        Assert.Equal(expected, HostJson.Of("xen", null, [A, B]));
        Assert.Contains("\"announcerRuns\": true,", HostJson.Of("local", true, []), StringComparison.Ordinal);
    }

    private static string Print(bool? announcerRuns, params SurveyedGuest[] guests)
    {
        using var output = new StringWriter { NewLine = "\n" };
        HostPrinter.Print(announcerRuns, guests, output);
        return output.ToString();
    }
}
