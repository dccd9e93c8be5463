using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>A peer that writes whatever it likes, whenever it likes, with knowledge of everything we said.</summary>
public sealed class HostilePeerTests
{
    private const ulong Us = 0x1111;
    private const ulong Them = 0x2222;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Gains_no_second_channel_no_leak_and_no_endless_work(ushort self, ushort peer)
    {
        for (int seed = 0; seed < 4000; seed++)
        {
            Run(seed, new DomainId(self), new DomainId(peer));
        }
    }

    private static void Run(int seed, DomainId self, DomainId peer)
    {
        Random random = new(seed);
        AgentOptions options = new();
        ulong nonces = 1000;
        ChannelNegotiator negotiator = new(self, Us, peer, options, () => nonces++);
        TimeSpan now = TimeSpan.FromHours(1);
        TimeSpan start = now;
        ulong held = 0;
        bool active = false;
        bool releasing = false;
        int allocations = 0;

        for (int i = 0; i < 300; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(3000) : 0);
            Input();
            while (negotiator.TryTake(out NegotiatorAction action))
            {
                Perform(action);
            }

            bool pagesMatchState = held == 0 || negotiator.State is NegotiationState.Offering or NegotiationState.Attached or NegotiationState.Connected or NegotiationState.Closing;
            Assert.True(pagesMatchState && active == negotiator.State is NegotiationState.Connected or NegotiationState.Closing, $"Seed {seed}, input {i}: {negotiator.State}, held {held}, active {active}.");
        }

        // The peer's own pace must not become ours: pauses stand between attempts, whatever it says.
        double seconds = (now - start).TotalSeconds;
        Assert.True(allocations <= seconds + 10, $"Seed {seed}: {allocations} allocations and mappings in {seconds} s.");

        void Input()
        {
            switch (random.Next(12))
            {
                case 0:
                    negotiator.StoreConnected(now);
                    negotiator.AnnouncerChanged(now, alive: true);
                    negotiator.Announced(now, Them);
                    break;
                case 1:
                    negotiator.Wish(now);
                    break;
                case 2:
                    negotiator.Tick(now);
                    break;
                case 3 when active && !releasing:
                    negotiator.Failed(now, (ChannelFailure)random.Next(3));
                    break;
                case 4 when releasing:
                    ulong released = held;
                    held = 0;
                    active = false;
                    releasing = false;
                    negotiator.Released(now, released);
                    break;
                case 5 when random.Next(5) == 0:
                    negotiator.StoreLost();
                    break;
                case 6 when random.Next(5) == 0:
                    negotiator.PublishFailed(now);
                    break;
                default:
                    negotiator.PeerNode(now, Reading());
                    break;
            }
        }

        HandshakeReading Reading() => random.Next(8) switch
        {
            0 => HandshakeReading.Absent,
            1 => HandshakeReading.Unintelligible,
            2 => HandshakeReading.OtherVersion,
            _ => new HandshakeReading(HandshakeReadingKind.Message, new HandshakeMessage(
                (HandshakeStep)random.Next(5),
                random.Next(10) == 0 ? 1 : Them,
                random.Next(10) == 0 ? 1 : Us,
                Nonce(),
                Nonce(),
                (ChannelFeatures)random.Next(),
                (uint)random.Next(),
                new ChannelOffer((uint)random.Next(), (uint)random.Next()),
                (CloseReason)random.Next(10))),
        };

        ulong Nonce() => random.Next(4) switch
        {
            0 => 0,
            1 => (ulong)random.Next(1, 5),
            2 => negotiator.Nonce,
            _ => nonces - 1,
        };

        void Perform(NegotiatorAction action)
        {
            switch (action.Kind)
            {
                case NegotiatorActionKind.Allocate or NegotiatorActionKind.Map:
                    Assert.Equal(0ul, held);
                    allocations++;
                    bool allocate = action.Kind == NegotiatorActionKind.Allocate;
                    if (random.Next(4) == 0)
                    {
                        (allocate ? (Action)(() => negotiator.AllocationFailed(now, action.Nonce, "x")) : () => negotiator.MapFailed(now, action.Nonce, "x"))();
                        break;
                    }

                    held = action.Nonce;
                    (allocate ? (Action)(() => negotiator.Allocated(now, action.Nonce, default, 4096)) : () => negotiator.Mapped(now, action.Nonce))();
                    break;
                case NegotiatorActionKind.Discard:
                    Assert.True(!active && (held == action.Nonce || held == 0));
                    held = 0;
                    break;
                case NegotiatorActionKind.Activate:
                    Assert.True(!active && held == action.Nonce);
                    active = true;
                    break;
                case NegotiatorActionKind.Release:
                    Assert.True(active && !releasing && held == action.Nonce);
                    releasing = true;
                    break;
            }
        }
    }
}
