using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>
/// A guest that joins as every guest does, and then attacks the one that opened a channel to it (tests/Hostile), while a third guest's
/// traffic with the victim goes on.
/// </summary>
public sealed partial class HostilePeerTests : IDisposable
{
    private const int NoiseSeconds = 12;

    // As in tests/Hostile/ForgedPackets.cs.
    private const int ForgedPort = 6661;

    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    private readonly VirtualHost _host = new(NetworkMode.Bridged, "victim", "good", "hostile");
    private readonly Colony _colony;

    public HostilePeerTests()
    {
        try
        {
            _colony = new Colony(_host, [Victim, Good]);
            _colony.Connect(Victim, Good);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private Guest Victim => _host["victim"];

    private Guest Good => _host["good"];

    private Guest Hostile => _host["hostile"];

    [Fact]
    public void Gains_nothing_but_a_closed_channel_while_a_third_guest_goes_on_undisturbed()
    {
        int seed = Environment.TickCount;
        using var stream = new TcpStream(Good, Victim, Ports.Next());
        double alone = Throughput(stream);
        double withBurner = ThroughputBesideBurner(stream);
        using Socket forged = GuestSockets.BindUdp(Victim, ForgedPort);

        using BackgroundProcess attack = Attack(seed);
        string Logs() => $"seed {seed}\nhostile:\n{attack.Log}\nvictim:\n{_colony[Victim].Process.Log}";
        Wait.Until(() => attack.Log.Contains("connected", StringComparison.Ordinal), Limits.Return, "the hostile guest to be connected", Logs);
        using var numbered = new UdpStream(Good, Victim, Ports.Next(), length: 500, rate: 1000);
        using var towards = new UdpStream(Victim, Hostile, Ports.Next(), length: 500, rate: 1000);
        double underNoise = Throughput(stream);
        Assert.True(_colony[Victim].IsConnectedTo(Hostile), $"The channel was closed before the noise was over.\n{Logs()}");
        CheckWhatCameIn(forged);

        Wait.Until(() => attack.Log.Contains("noise over", StringComparison.Ordinal), Limits.Return, "the noise to end", Logs);
        Wait.Until(() => _colony[Victim].Status().FindPeer(Hostile)?.State != PeerStatus.Connected, Limits.Return, "the victim to close the channel", Logs);
        double after = Throughput(stream);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}; TCP of the third guest, Gb/s: alone {alone:F2}, beside a busy loop {withBurner:F2}, under attack {underNoise:F2}, after {after:F2}\n{attack.Log}"));

        // The third guest: nothing lost, overtaken twice, or changed; every byte of the stream is checked where it arrives.
        UdpReport report = numbered.Complete();
        Assert.True(report.Lost == 0 && report.Damaged == 0 && report.Repeated == 0, $"{report}\n{Logs()}");
        stream.Complete(Limits.Transfer);
        Assert.True(_colony[Victim].IsConnectedTo(Good), Logs());

        // The victim's own packets to a peer that never consumes: what waited in its ring is gone with it, the rest came the standard way.
        UdpReport sent = towards.Complete();
        Assert.True(sent.Received > 0 && sent.Damaged == 0, $"{sent}\n{Logs()}");

        Assert.False(_colony[Victim].Process.HasExited);
        Assert.Contains("noise over", attack.Log, StringComparison.Ordinal);
        Assert.True(Counted(attack, "strikes") > 1_000_000, attack.Log);
        Assert.True(Counted(attack, "spoofed") > 0, attack.Log);
        IReadOnlyDictionary<string, long> dropped = _colony[Victim].Status().Peer(Hostile).Dropped;
        Assert.True(dropped["source-address"] > 0 && dropped["malformed"] > 0, string.Join(' ', dropped));
        AssertNoIdentityTaken(attack);
    }

    public void Dispose()
    {
        // Null if the constructor threw.
        _colony?.Dispose();
        _host.Dispose();
    }

    private static double Throughput(TcpStream stream)
    {
        long before = stream.Received;
        var time = Stopwatch.StartNew();
        Thread.Sleep(Measured);
        return (stream.Received - before) * 8 / time.Elapsed.TotalSeconds / 1e9;
    }

    /// <summary>What the attack costs by the processor time that it takes alone, be it ever so harmless.</summary>
    private double ThroughputBesideBurner(TcpStream stream)
    {
        using BackgroundProcess burner = BackgroundProcess.Start(Hostile.Namespace.Wrap(["sh", "-c", "while :; do :; done"]));
        return Throughput(stream);
    }

    /// <summary>Forged packets may come in under addresses that are nobody's, as they might over the bridge; never under ours or the third guest's.</summary>
    private void CheckWhatCameIn(Socket forged)
    {
        byte[] buffer = new byte[2048];
        while (forged.Available > 0)
        {
            EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
            forged.ReceiveFrom(buffer, ref sender);
            IPAddress source = ((IPEndPoint)sender).Address;
            Assert.False(source.Equals(Good.Address) || source.Equals(Victim.Address) || IPAddress.IsLoopback(source), $"A packet came in that says it is from {source}.");
        }
    }

    private static void AssertNoIdentityTaken(BackgroundProcess attack)
    {
        Match theft = Theft().Match(attack.Log);
        Assert.True(theft.Success && theft.Groups["tried"].Value == theft.Groups["refused"].Value && theft.Groups["tried"].Value != "0", attack.Log);
    }

    private static long Counted(BackgroundProcess attack, string what) =>
        long.Parse(Regex.Match(attack.Log, $"noise over .*{what}=(?<count>[0-9]+)", RegexOptions.ExplicitCapture, Limits.Transfer).Groups["count"].Value, CultureInfo.InvariantCulture);

    private BackgroundProcess Attack(int seed) => BackgroundProcess.Start(Hostile.Namespace.Wrap(
    [
        "dotnet", Path.Combine(AppContext.BaseDirectory, "XenLoop.Hostile.dll"), _host.Directory,
        Text(Hostile.Number), Hostile.Mac, Hostile.Address.ToString(),
        Text(Victim.Number), Victim.Address.ToString(),
        Text(Good.Number), Good.Address.ToString(),
        Text(0), Text(NoiseSeconds), Text(seed),
    ]));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("identity tried=(?<tried>[0-9]+) refused=(?<refused>[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Theft();
}
