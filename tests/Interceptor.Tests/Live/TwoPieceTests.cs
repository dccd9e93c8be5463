using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab.Traffic;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>
/// Requests that are written in two pieces. The kernel keeps the second one back until the verdict on the first has been sent
/// (<c>tcp_should_autocork</c>), so a verdict that waits for company would hold up each of them.
/// </summary>
[Collection(NamespaceTests.Name)]
public sealed class TwoPieceTests
{
    private const int Piece = 100;
    private const int Exchanges = 400;
    private const int Port = 5000;

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public async Task The_second_piece_does_not_wait_for_the_verdict_timer(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        pair.Connect();
        pair.Capture();
        using Socket listener = GuestSockets.ListenTcp(pair.B.Guest.Namespace, Port);
        using Socket client = GuestSockets.CreateTcp(pair.A.Guest.Namespace);
        client.NoDelay = true;
        client.Connect(new IPEndPoint(pair.B.Guest.Address, Port));
        using Socket server = listener.Accept();
        server.NoDelay = true;
        Task answering = Task.Run(() => Answer(server), TestContext.Current.CancellationToken);
        double[] milliseconds = new double[Exchanges];
        for (int i = 0; i < Exchanges; i++)
        {
            long start = Stopwatch.GetTimestamp();
            client.Send(new byte[Piece]);
            client.Send(new byte[Piece]);
            Assert.Equal(1, client.Receive(new byte[1]));
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        await answering;

        // No claim of speed: each took the timer's whole length, and the half of it is a hundred round trips.
        Array.Sort(milliseconds);
        Assert.True(milliseconds[Exchanges / 2] < VerdictTimer.Milliseconds / 2.0, $"half of the exchanges took {milliseconds[Exchanges / 2]} ms and more; {pair}");
        Assert.True(pair.A.Port.Counters.SentPackets > Exchanges, pair.ToString());
    }

    private static void Answer(Socket server)
    {
        byte[] request = new byte[2 * Piece];
        for (int i = 0; i < Exchanges; i++)
        {
            for (int length = 0; length < request.Length;)
            {
                int received = server.Receive(request.AsSpan(length));
                Assert.NotEqual(0, received);
                length += received;
            }

            server.Send([0]);
        }
    }
}
