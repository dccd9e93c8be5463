using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

public sealed partial class DnsTests(Machine machine)
{
    private const int Port = 53;

    /// <summary>A header, a question's type and class, and a name's first length and end (RFC 1035).</summary>
    private const int QueryOverhead = 12 + 4 + 2;

    /// <summary>Long enough that its answer needs two IP fragments.</summary>
    private const int LongText = 2500;

    [Fact]
    public void Names_over_udp_and_a_fragmented_answer()
    {
        using Trial trial = machine.Begin("DNS (dnsmasq, dig)", "dnsmasq-base", "bind9-dnsutils");
        string[] names = [.. Enumerable.Range(1, Volume.Of(1000, 20_000)).Select(i => string.Create(CultureInfo.InvariantCulture, $"name{i}.lab"))];
        string hosts = string.Concat(names.Select((name, i) => $"{Address(i)} {name}\n"));
        string[] texts = [.. Enumerable.Range(0, LongText / 250).Select(i => new string((char)('a' + i), 250))];
        trial.Serve(Port, "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=" + trial.NewText("dnsmasq.conf", $"""
            user=root
            no-resolv
            no-hosts
            no-poll
            cache-size=0
            edns-packet-max=4096
            pid-file={trial.In("dnsmasq.pid")}
            addn-hosts={trial.NewText("hosts", hosts)}

            """), $"--txt-record=long.lab,{string.Join(',', texts)}");
        string dig = $"dig @{trial.Server.Address} +notcp +ignore +tries=1 +time=5 +noedns";
        string answers = trial.AskShell($"{dig} +noall +answer +stats -f {trial.NewText("names", string.Join('\n', names) + "\n")}");
        Assert.Equal(names.Select((name, i) => $"{name} {Address(i)}"), Answers().Matches(answers).Select(m => $"{m.Groups["name"].Value} {m.Groups["address"].Value}"));
        long received = Sizes().Matches(answers).Sum(m => long.Parse(m.Groups["bytes"].Value, CultureInfo.InvariantCulture));

        string expected = string.Join(' ', texts.Select(t => $"\"{t}\""));
        Assert.Equal(expected, trial.AskShell($"{dig} +bufsize=4096 +short long.lab TXT").Trim());
        Assert.Equal(expected, trial.Ask("dig", $"@{trial.Server.Address}", "+tcp", "+short", "long.lab", "TXT").Trim());
        trial.Conclude(
            $"{names.Length} names asked once each, all addresses; an answer of {LongText} bytes by UDP and by TCP",
            names.Sum(n => (long)n.Length + QueryOverhead),
            received + (2 * LongText));
    }

    private static string Address(int index) => string.Create(CultureInfo.InvariantCulture, $"192.0.{index / 256}.{index % 256}");

    [GeneratedRegex(@"^(?<name>\S+)\.\s+\d+\s+IN\s+A\s+(?<address>\S+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Answers();

    [GeneratedRegex(@"MSG SIZE  rcvd: (?<bytes>\d+)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sizes();
}
