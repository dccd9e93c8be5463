using System.Text;
using XenLoop.Native;
using XenLoop.SharedRing.Local;

namespace XenLoop.SharedRing.Tests;

[Collection(DescriptorCounting.Name)]
public unsafe class LocalChannelPlatformTests
{
    [Fact]
    public void BothEndsSeeTheSamePages()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(16_384);
        using (listener)
        using (connector)
        {
            Assert.Equal(ChannelRole.Listener, listener.Role);
            Assert.Equal(16_384, connector.Link.RingBytes);
            Send(listener, "to the connector"u8);
            Send(connector, "to the listener"u8);
            Assert.Equal("to the connector", Receive(connector));
            Assert.Equal("to the listener", Receive(listener));
        }
    }

    [Fact]
    public void EachDataAreaIsMappedTwice()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(4096);
        using (listener)
        using (connector)
        {
            listener.Link.ListenerToConnector[4096 + 17] = 1;
            listener.Link.ConnectorToListener[4095] = 2;
            Assert.Equal(1, connector.Link.ListenerToConnector[17]);
            Assert.Equal(2, connector.Link.ConnectorToListener[4096 + 4095]);
        }
    }

    [Fact]
    public void ARingIsSeenUntilItIsAcknowledged()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(4096);
        using (listener)
        using (connector)
        {
            Assert.Equal(0, Poll(connector));
            listener.Doorbell.Ring();
            listener.Doorbell.Ring();
            Assert.Equal(LibC.POLLIN, Poll(connector));
            Assert.Equal(0, Poll(listener));
            connector.Doorbell.Acknowledge();
            Assert.Equal(0, Poll(connector));
            connector.Doorbell.Acknowledge();
            connector.Doorbell.Ring();
            Assert.Equal(LibC.POLLIN, Poll(listener));
        }
    }

    [Fact]
    public void APipeFullOfRingsBlocksNobody()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(4096);
        using (listener)
        using (connector)
        {
            for (int i = 0; i < 70_000; i++)
            {
                listener.Doorbell.Ring();
                connector.Doorbell.Ring();
            }

            Assert.Equal(LibC.POLLIN, Poll(connector));
            Assert.Equal(LibC.POLLIN, Poll(listener));
        }
    }

    [Fact]
    public void AClosedEndIsSeenAsGone()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(4096);
        using (listener)
        {
            Assert.False(listener.PeerGone);
            Assert.False(connector.PeerGone);
            connector.Dispose();
            Assert.True(listener.PeerGone);

            // A process that another test starts at this moment has copies of all descriptors until its execve.
            Assert.True(SpinWait.SpinUntil(() => (Poll(listener) & LibC.POLLHUP) != 0, TimeSpan.FromSeconds(10)));
            listener.Doorbell.Ring();
            Send(listener, "into the void"u8);
        }
    }

    [Fact]
    public void AnOfferMustBeWellFormed()
    {
        using LocalHost host = new();
        LocalChannelPlatform one = host.Domain(1);
        LocalChannelPlatform two = host.Domain(2);
        using IChannelLink link = one.Offer(new DomainId(2), 4096, out ChannelOffer offer);
        Assert.Equal(0u, offer.DoorbellPort);
        Assert.Throws<ChannelPlatformException>(() => two.Map(new DomainId(1), offer with { DoorbellPort = 1 }));
        Assert.Throws<ChannelPlatformException>(() => two.Map(new DomainId(1), offer with { DescriptorGrant = offer.DescriptorGrant + 1 }));
        two.Map(new DomainId(1), offer).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(4097)]
    [InlineData(12_288)]
    [InlineData(1 << 25)]
    [InlineData(int.MinValue)]
    public void ImpossibleRingSizesAreRefused(int ringBytes)
    {
        using LocalHost host = new();
        Assert.Throws<ChannelPlatformException>(() => host.Domain(1).Offer(new DomainId(2), ringBytes, out _));
    }

    [Fact]
    public void OrdinarySealedFilesOnly()
    {
        const int seals = LibC.F_SEAL_GROW | LibC.F_SEAL_SHRINK | LibC.F_SEAL_SEAL;
        using FileDescriptor good = MemoryFile(4096 * 3, seals);
        Assert.Equal(4096, SharedPages.Validate(good));
        foreach ((long bytes, int sealing) in ((long, int)[])[(4096 * 3, 0), (4096 * 3, seals & ~LibC.F_SEAL_SHRINK), (4096 * 3, seals & ~LibC.F_SEAL_SEAL), (4096 * 3, seals & ~LibC.F_SEAL_GROW),
            (0, seals), (4096, seals), (4096 * 2, seals), (4096 * 4, seals), ((4096 * 3) + 1, seals), (4096L + (2L << 25), seals), (4096L + (2L << 32), seals)])
        {
            using FileDescriptor bad = MemoryFile(bytes, sealing);
            Assert.Throws<ChannelPlatformException>(() => SharedPages.Validate(bad));
        }

        using FileStream file = File.OpenRead("/proc/self/status");
        using FileDescriptor notAMemoryFile = new(LibC.dup((int)file.SafeFileHandle.DangerousGetHandle()));
        Assert.Throws<ChannelPlatformException>(() => SharedPages.Validate(notAMemoryFile));
    }

    [Fact]
    public void ADoorbellMustBeAPipe()
    {
        using FileDescriptor notAPipe = MemoryFile(4096, 0);
        Assert.Throws<ChannelPlatformException>(() => DoorbellPipe.Reopen(notAPipe, LibC.O_RDONLY));
    }

    [Fact]
    public void TheOffererCannotMakeTheMappersDoorbellBlock()
    {
        DoorbellPipe.Create(out FileDescriptor readEnd, out FileDescriptor passed);
        using (readEnd)
        using (passed)
        using (FileDescriptor own = DoorbellPipe.Reopen(passed, LibC.O_WRONLY))
        {
            Assert.Equal(0, LibC.fcntl(passed.Number, SetFlags, LibC.O_WRONLY));
            Assert.Equal(LibC.O_NONBLOCK, LibC.fcntl(own.Number, GetFlags, 0) & LibC.O_NONBLOCK);
        }
    }

    [Fact]
    public void NothingIsLeftOpen()
    {
        using LocalHost host = new();
        LocalChannelPlatform one = host.Domain(1);
        LocalChannelPlatform two = host.Domain(2);
        Exchange();
        int before = OpenDescriptors();
        for (int i = 0; i < 20; i++)
        {
            Exchange();
            using IChannelLink withdrawn = one.Offer(new DomainId(2), 4096, out _);
        }

        Assert.Equal(before, OpenDescriptors());

        void Exchange()
        {
            using IChannelLink link = one.Offer(new DomainId(2), 4096, out ChannelOffer offer);
            two.Map(new DomainId(1), offer).Dispose();
        }
    }

    private const int GetFlags = 3; // F_GETFL
    private const int SetFlags = 4; // F_SETFL

    private static int OpenDescriptors() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(entry =>
            new FileInfo(entry).LinkTarget is { } target && (target.StartsWith("pipe:", StringComparison.Ordinal) || target.Contains("xenloop", StringComparison.Ordinal)));

    private static FileDescriptor MemoryFile(long bytes, int seals)
    {
        fixed (byte* name = "test\0"u8)
        {
            FileDescriptor file = new(LibC.memfd_create(name, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING));
            Assert.Equal(0, LibC.ftruncate(file.Number, bytes));
            Assert.Equal(0, LibC.fcntl(file.Number, LibC.F_ADD_SEALS, seals));
            return file;
        }
    }

    private static void Send(Channel channel, ReadOnlySpan<byte> text)
    {
        Assert.True(channel.Outbound.TryReserve(text.Length, out byte* payload));
        text.CopyTo(new Span<byte>(payload, text.Length));
        channel.Outbound.Commit(text.Length, 0);
        channel.Outbound.Publish();
    }

    private static string Receive(Channel channel)
    {
        Assert.Equal(RingStatus.Ready, channel.Inbound.TryRead(out byte* payload, out int length, out _));
        string text = Encoding.ASCII.GetString(payload, length);
        channel.Inbound.Advance();
        return text;
    }

    private static int Poll(Channel channel)
    {
        pollfd state = new() { fd = channel.Doorbell.PollFd, events = LibC.POLLIN };
        Assert.True(LibC.poll(&state, 1, 0) >= 0);
        return state.revents;
    }
}
