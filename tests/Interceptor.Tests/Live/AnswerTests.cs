using System.Buffers.Binary;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Answers that are in the queue when the injection returns: the kernel itself answers an echo request within it.</summary>
[Collection(NamespaceTests.Name)]
public sealed class AnswerTests
{
    private const byte IcmpProtocol = 1;
    private const byte EchoRequest = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>One look after the injection takes one answer; the others must be reported, whatever their number, and none twice.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Every_answer_to_requests_that_came_together_is_captured(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        ushort first = 1;
        for (int requests = 1; requests <= 40; requests++)
        {
            for (int i = 0; i < requests; i++)
            {
                PeerEnd.Publish(peer, Echo(pair, (ushort)(first + i)), tag: 0, ring: false);
            }

            peer.Doorbell.Ring();
            for (int i = 0; i < requests; i++)
            {
                Wait.Until(() => peer.Inbound.MayHaveData, Patience, $"answer {i + 1} of {requests}", pair.ToString);
                Assert.Equal(first + i, TakeSequence(peer));
            }

            first += (ushort)requests;
        }

        Assert.False(peer.Inbound.MayHaveData, pair.ToString());
    }

    /// <summary>A message of two packets has a small one at its end: the next one's first is received straight into the ring all the same.</summary>
    [Fact]
    public void Small_packets_among_large_ones_do_not_send_those_round_by_a_copy()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        const int Messages = 10;
        for (int i = 0; i < Messages; i++)
        {
            echo.Exchange(14_000);
            echo.Exchange(1_900);
        }

        // All but the very first, of which nothing was known.
        const int Direct = (2 * Messages) - 1;
        Assert.Equal((ulong)Direct, pair.A.Port.Counters.DirectReceives);

        // Small ones alone come in batches again.
        for (int i = 0; i < 3 * CapturePath.SmallPacketsBetween; i++)
        {
            echo.Exchange(1_900);
        }

        Assert.Equal((ulong)(Direct + CapturePath.SmallPacketsBetween - 1), pair.A.Port.Counters.DirectReceives);
    }

    /// <summary>From B to A (RFC 792).</summary>
    private static byte[] Echo(ForwardingPair pair, ushort sequence)
    {
        byte[] packet = PeerEnd.Datagram(pair, []);
        packet[9] = IcmpProtocol;
        PeerEnd.Seal(packet);
        Span<byte> message = packet.AsSpan(20);
        message.Clear();
        message[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)~((EchoRequest << 8) + sequence));
        return packet;
    }

    private static unsafe int TakeSequence(Channel peer)
    {
        Assert.Equal(RingStatus.Ready, peer.Inbound.TryRead(out byte* payload, out int length, out _));
        int sequence = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(payload, length)[26..]);
        peer.Inbound.Advance();
        peer.Inbound.Release();
        return sequence;
    }
}
