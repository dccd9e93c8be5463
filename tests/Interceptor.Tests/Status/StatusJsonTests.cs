using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using XenLoop.Interceptor.Rules.Commands;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Tests.Status;

/// <summary>The JSON that is written by hand is what the serializer makes of the same objects: no property is forgotten or misspelt.</summary>
public sealed class StatusJsonTests
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };
    private static readonly JsonSerializerOptions s_rulesJson = new(s_json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    [Theory]
    [InlineData(1.5)]
    [InlineData(null)]
    public void A_report_is_written_as_the_serializer_would(double? age)
    {
        StatusReport report = Report("db", age, Peer("web"), Peer("\"quoted\" \\ <tag>"));
        Assert.Equal(JsonSerializer.Serialize(report, s_json), StatusJson.Of(report));
    }

    [Fact]
    public void Reports_are_joined_as_the_serializer_would()
    {
        StatusReport[] reports = [Report("db", 1.5, Peer("web")), Report("web", null)];
        Assert.Equal(JsonSerializer.Serialize(reports, s_json), StatusJson.Join(Array.ConvertAll(reports, StatusJson.Of)));
        Assert.Equal(2, JsonNode.Parse(StatusJson.Join(Array.ConvertAll(reports, StatusJson.Of)))!.AsArray().Count);
    }

    [Fact]
    public void Rules_are_written_as_the_serializer_would()
    {
        BackendRulesJson[] views =
        [
            new("iptables-nft", true, [new RuleJson("eth0", "10.0.0.2/32", 3, 7003, "conntrack"), new RuleJson("eth0", "10.0.0.0/8", null, null, "plain")], 0, "it was asked for"),
            new("iptables-legacy", false, [], 2, null),
        ];
        Assert.Equal(JsonSerializer.Serialize(views, s_rulesJson), BackendRulesJson.ToJson(views));
        Assert.Equal(JsonSerializer.Serialize(Array.Empty<BackendRulesJson>(), s_rulesJson), BackendRulesJson.ToJson(Array.Empty<BackendRulesJson>()));
        Assert.Equal(JsonSerializer.Serialize(new[] { "iptables-nft", "x" }, s_rulesJson), BackendRulesJson.ToJson(new[] { "iptables-nft", "x" }));
    }

    private static StatusReport Report(string name, double? age, params PeerReport[] peers) => new(
        "0.1.0", name, 3, "local", "eth0", "xl0", true, 93784.5,
        new AnnouncerReport(true, age, true),
        new ProcessReport(20 << 20, 1, 5_000_000_000, 9),
        new RulesReport("nft", "conntrack", "a firewall is loaded"),
        ["what leaves by eth1: xenloop serves eth0"],
        peers);

    private static PeerReport Peer(string name) => new(
        7, name, "connected", "fast", "", ["00:16:3e:00:00:07"], [], ["10.0.0.7/32", "10.1.0.0/16"], 7007, 524288,
        new SentReport(10, ulong.MaxValue, 3, 2, 40, 50),
        new ReceivedReport(20, 21, 4, 5, 1),
        new Dictionary<string, ulong>(StringComparer.Ordinal) { ["no-channel"] = 5, ["udp-gso"] = 0 },
        new Dictionary<string, ulong>(StringComparer.Ordinal));
}
