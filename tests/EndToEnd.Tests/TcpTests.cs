using XenLoop.Lab;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class TcpTests(ConnectedPair pair) : IClassFixture<ConnectedPair>
{
    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public void A_stream_leaves_the_bridge_unharmed_and_without_retransmits(string from, string to)
    {
        var meter = new BridgeMeter(pair.Host.Guests);
        using var stream = new TcpStream(pair.Host[from], pair.Host[to], Ports.Next(), 1024 * Limits.MiB);
        long bytes = stream.Complete(Limits.Transfer);
        Proof.LeftBridge(meter, bytes);
        Assert.Equal(0, stream.Retransmits);
    }

    [Fact]
    public void Streams_in_both_directions_at_once()
    {
        var meter = new BridgeMeter(pair.Host.Guests);
        TcpStream[] streams =
        [
            .. Enumerable.Range(0, 4).Select(i => i % 2 == 0
                ? new TcpStream(pair.A, pair.B, Ports.Next(), 256 * Limits.MiB)
                : new TcpStream(pair.B, pair.A, Ports.Next(), 256 * Limits.MiB)),
        ];
        long bytes = streams.Sum(s => s.Complete(Limits.Transfer));
        Proof.LeftBridge(meter, bytes);
        Assert.All(streams, s => Assert.Equal(0, s.Retransmits));
        Array.ForEach(streams, s => s.Dispose());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    public void Iperf_sees_no_retransmits(string streams)
    {
        using BackgroundProcess server = pair.B.Start("iperf3", "-s", "-1", "--forceflush");
        Wait.Until(() => server.Log.Contains("listening", StringComparison.Ordinal), Limits.Transfer, "iperf3 to listen");
        var meter = new BridgeMeter(pair.Host.Guests);
        var report = IperfReport.Parse(
            pair.A.Run("iperf3", "-J", "-C", "cubic", "-t", "2", "-P", streams, "-c", pair.B.Address.ToString()).Output);
        Proof.LeftBridge(meter, report.Bytes);
        Assert.Equal(0, report.Retransmits);
    }

    [Fact]
    public void Many_short_connections()
    {
        for (int i = 0; i < 200; i++)
        {
            using var stream = new TcpStream(pair.A, pair.B, Ports.Next(), limit: 1 + (37 * i));
            stream.Complete(Limits.Transfer);
        }
    }

    [Fact]
    public void Ssh_copies_a_file()
    {
        string source = Path.Combine(pair.Host.Directory, "source");
        string destination = Path.Combine(pair.Host.Directory, "destination");
        byte[] content = new byte[64 * Limits.MiB];
        TestPattern.Fill(content, seed: 5, offset: 0);
        File.WriteAllBytes(source, content);
        using var server = new SshServer(pair.B);
        var meter = new BridgeMeter(pair.Host.Guests);
        server.Copy(pair.A, source, destination);
        Assert.Equal(content, File.ReadAllBytes(destination));
        Proof.LeftBridge(meter, content.Length);
    }
}
