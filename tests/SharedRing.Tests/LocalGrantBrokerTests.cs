using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using XenLoop.Native;
using XenLoop.SharedRing.Local;

namespace XenLoop.SharedRing.Tests;

[SupportedOSPlatform("linux")]
public unsafe class LocalGrantBrokerTests
{
    private static readonly DomainId One = new(1);
    private static readonly DomainId Two = new(2);
    private static readonly DomainId Three = new(3);

    [Fact]
    public void OnlyTheNamedDomainMapsAndOnlyOnce()
    {
        using LocalHost host = new();
        using IChannelLink link = host.Domain(1).Offer(Two, 4096, out ChannelOffer offer);
        LocalChannelPlatform two = host.Domain(2);
        Assert.Throws<ChannelPlatformException>(() => host.Domain(3).Map(One, offer));
        Assert.Throws<ChannelPlatformException>(() => two.Map(Three, offer));
        two.Map(One, offer).Dispose();
        Assert.Throws<ChannelPlatformException>(() => two.Map(One, offer));
    }

    [Fact]
    public void AnOfferEndsWithItsLink()
    {
        using LocalHost host = new();
        host.Domain(1).Offer(Two, 4096, out ChannelOffer offer).Dispose();
        Assert.Throws<ChannelPlatformException>(() => host.Domain(2).Map(One, offer));
    }

    [Fact]
    public void AnOfferEndsWithItsDomain()
    {
        using LocalHost host = new();
        LocalChannelPlatform one = host.Domain(1);
        using IChannelLink link = one.Offer(Two, 4096, out ChannelOffer offer);
        one.Dispose();

        // The broker notices the closed connection before it serves a new one of the same domain.
        using IChannelLink other = host.Domain(1).Offer(Two, 4096, out _);
        Assert.True(SpinWait.SpinUntil(() => link.PeerGone, 10_000));
        Assert.Throws<ChannelPlatformException>(() => host.Domain(2).Map(One, offer));
    }

    [Fact]
    public void ADomainIsServedOnce()
    {
        using LocalHost host = new();
        using IChannelLink link = host.Domain(1).Offer(Two, 4096, out _);
        ChannelPlatformException refused = Assert.Throws<ChannelPlatformException>(() => host.Domain(1).Offer(Two, 4096, out _));
        Assert.Contains("already serves", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARestartedBrokerIsFoundAgain()
    {
        using LocalHost host = new();
        LocalChannelPlatform one = host.Domain(1);
        LocalChannelPlatform two = host.Domain(2);
        using IChannelLink first = one.Offer(Two, 4096, out ChannelOffer offer);
        using IChannelLink mapped = two.Map(One, offer);
        using IChannelLink waiting = one.Offer(Two, 4096, out ChannelOffer lost);
        host.StopBroker();
        Assert.Throws<ChannelPlatformException>(() => two.Map(One, lost));
        Assert.False(first.PeerGone);
        Assert.False(mapped.PeerGone);
        Assert.True(waiting.PeerGone);
        host.StartBroker();
        Assert.Throws<ChannelPlatformException>(() => two.Map(One, lost));
        using IChannelLink again = one.Offer(Two, 4096, out offer);
        two.Map(One, offer).Dispose();
    }

    [Fact]
    public void WithoutABrokerTheMessageSaysSo()
    {
        using LocalHost host = new();
        host.StopBroker();
        ChannelPlatformException refused = Assert.Throws<ChannelPlatformException>(() => host.Domain(1).Offer(Two, 4096, out _));
        Assert.Contains("xenloop announce", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALiveBrokerIsNotReplacedAndADeadOneIs()
    {
        using LocalHost host = new();
        ChannelPlatformException refused = Assert.Throws<ChannelPlatformException>(() => new LocalGrantBroker(host.SocketPath));
        Assert.Contains("another grant broker", refused.Message, StringComparison.Ordinal);
        host.StopBroker();
        Assert.False(File.Exists(host.SocketPath));
        using (GrantSocket.Listen(host.SocketPath, 1))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.SocketPath));
        }

        Assert.True(File.Exists(host.SocketPath));
        host.StartBroker();
        host.Domain(1).Offer(Two, 4096, out _).Dispose();
    }

    [Fact]
    public void AFileThatIsNoSocketIsLeftAlone()
    {
        using LocalHost host = new();
        host.StopBroker();
        File.WriteAllText(host.SocketPath, "mine");
        Assert.Throws<ChannelPlatformException>(() => new LocalGrantBroker(host.SocketPath));
        Assert.Equal("mine", File.ReadAllText(host.SocketPath));
    }

    [Fact]
    public void TooLongPathsAreRefused() =>
        Assert.Throws<ChannelPlatformException>(() => new LocalGrantBroker("/tmp/" + new string('x', 200)));

    [Fact]
    public void GrantsThatNobodyMapsAreLimited()
    {
        using LocalHost host = new();
        LocalChannelPlatform one = host.Domain(1);
        List<IChannelLink> links = [];
        try
        {
            for (int i = 0; i < GrantTable.MaxPerOwner; i++)
            {
                links.Add(one.Offer(Two, 4096, out _));
            }

            Assert.Throws<ChannelPlatformException>(() => one.Offer(Three, 4096, out _));
            host.Domain(3).Offer(Two, 4096, out _).Dispose();
            links[0].Dispose();
            links.Add(one.Offer(Two, 4096, out _));
        }
        finally
        {
            links.ForEach(link => link.Dispose());
        }
    }

    [Theory]
    [InlineData("magic")]
    [InlineData("version")]
    [InlineData("request")]
    [InlineData("status")]
    [InlineData("reserved")]
    [InlineData("domain")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("descriptors without a grant")]
    [InlineData("grant without descriptors")]
    [InlineData("grant before hello")]
    [InlineData("map before hello")]
    [InlineData("second hello")]
    public void AMalformedRequestEndsTheConnection(string what)
    {
        using LocalHost host = new();
        using FileDescriptor socket = GrantSocket.Connect(host.SocketPath, 10);
        bool greeted = !what.Contains("before hello", StringComparison.Ordinal);
        if (greeted)
        {
            Assert.Equal(GrantMessage.Bytes, SendAndCount(socket, new GrantMessage(GrantRequest.Hello, 9), GrantMessage.Bytes, 0));
        }

        GrantMessage request = new(GrantRequest.Map, 1, 1);
        int length = GrantMessage.Bytes;
        int descriptors = 0;
        switch (what)
        {
            case "magic": request.Magic++; break;
            case "version": request.Version++; break;
            case "request": request.Request = (GrantRequest)99; break;
            case "status": request.Status = GrantStatus.DomainTaken; break;
            case "reserved": request.Reserved1 = 1; break;
            case "domain": request.Domain = 0x1_0001; break;
            case "short": length--; break;
            case "long": length++; break;
            case "descriptors without a grant": descriptors = 1; break;
            case "grant without descriptors": request.Request = GrantRequest.Grant; break;
            case "grant before hello": request.Request = GrantRequest.Grant; descriptors = 3; break;
            case "second hello": request.Request = GrantRequest.Hello; break;
        }

        Assert.Equal(0, SendAndCount(socket, request, length, descriptors));

        // The broker serves everybody else as before.
        host.Domain(1).Offer(Two, 4096, out _).Dispose();
    }

    /// <summary>Sends a request with that many descriptors and returns the bytes of the answer; 0: the connection was ended.</summary>
    private static int SendAndCount(FileDescriptor socket, GrantMessage request, int length, int descriptors)
    {
        byte[] bytes = new byte[GrantMessage.Bytes + 1];
        MemoryMarshal.Write(bytes, request);
        Assert.Equal(0, DescriptorPassing.Send(socket.Number, bytes.AsSpan(0, length), Enumerable.Repeat(socket.Number, descriptors).ToArray(), 0));
        nint received;
        fixed (byte* buffer = bytes)
        {
            received = LibC.recv(socket.Number, buffer, (nuint)bytes.Length, 0);
        }

        return received < 0 && LibC.LastError == Errno.ECONNRESET ? 0 : (int)received;
    }
}
