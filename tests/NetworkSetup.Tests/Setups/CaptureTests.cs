using System.Buffers.Binary;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>What tcpdump on the receiving guest's interface writes down of a stream that took the fast path.</summary>
public sealed class CaptureTests(SetupTable table)
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int EthernetHeader = 14;
    private const long Length = 8 * Limits.MiB;

    [Fact]
    public void Tcpdump_on_the_receiving_interface_sees_every_byte()
    {
        using SetupRow row = table.Begin("tcpdump on the receiving interface");
        using var scene = new Scene();
        int port = Ports.Next();
        string file = Path.Combine(scene.Host.Directory, "capture.pcap");
        BackgroundProcess tcpdump = scene.B.Start("tcpdump", "-Z", "root", "-n", "-U", "-B", "65536", "-i", "eth0", "-Q", "in", "-w", file, "tcp", "dst", "port", $"{port}");
        Wait.Until(() => tcpdump.Log.Contains("listening on", StringComparison.Ordinal), Limits.Transfer, "tcpdump to listen");
        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(scene.A, scene.B, port, Length, rate: 50 * Limits.MiB);
        stream.Complete(Limits.Transfer);
        path.AssertFast(Length);
        Wait.Until(() => Seen(file, scene.A.Mac, scene.B.Mac) == Length, Limits.Transfer, "tcpdump to write all", () => $"{Seen(file, scene.A.Mac, scene.B.Mac)} bytes\n{tcpdump.Log}");
        row.Conclude("fast", "", $"{Length / Limits.MiB} MiB of payload seen once, in place, every byte right, with whole packets and the peers' Ethernet addresses");
    }

    /// <summary>Bytes of the stream in a capture file, from its start without a gap; every record is checked.</summary>
    private static long Seen(string file, string source, string destination)
    {
        byte[] capture = File.ReadAllBytes(file);
        byte[] content = new byte[Length];
        long covered = 0;
        uint? first = null;
        for (int at = FileHeader; at + RecordHeader <= capture.Length;)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 8));
            int original = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 12));
            at += RecordHeader;
            if (at + captured > capture.Length)
            {
                break;
            }

            ReadOnlySpan<byte> frame = capture.AsSpan(at, captured);
            at += captured;
            Assert.Equal(original, captured);
            Assert.Equal(destination.Replace(":", "", StringComparison.Ordinal), Convert.ToHexStringLower(frame[..6]));
            Assert.Equal(source.Replace(":", "", StringComparison.Ordinal), Convert.ToHexStringLower(frame[6..12]));
            ReadOnlySpan<byte> ip = frame[EthernetHeader..];
            int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
            Assert.InRange(ip.Length, total, int.MaxValue);
            ReadOnlySpan<byte> tcp = ip[(4 * (ip[0] & 0xF))..total];
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);

            // The SYN takes one number.
            first ??= sequence + 1;
            ReadOnlySpan<byte> payload = tcp[(4 * (tcp[12] >> 4))..];
            long place = (uint)(sequence - first.Value);
            if (payload.Length > 0 && place + payload.Length <= Length)
            {
                payload.CopyTo(content.AsSpan((int)place));
                covered = place <= covered ? Math.Max(covered, place + payload.Length) : covered;
            }
        }

        return TestPattern.FirstDifference(content.AsSpan(0, (int)covered), seed: 1, 0) is var wrong and >= 0 ? wrong : covered;
    }
}
