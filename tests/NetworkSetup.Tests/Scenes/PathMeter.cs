using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>
/// Measures which way packets between two guests went since it was made: those that came out of the rings, by the receiving agents' counters, and
/// those that the guests sent through Dom0, by the kernel's.
/// </summary>
internal sealed class PathMeter
{
    /// <summary>ARP and the first packets of connections may cross the bridge: this much, or this share.</summary>
    private const long AllowedBytes = 256 * 1024;
    private const double AllowedShare = 0.01;

    private readonly Scene _scene;
    private readonly Guest _one;
    private readonly Guest _other;
    private readonly BridgeMeter _bridge;
    private readonly long _toOneBefore;
    private readonly long _toOtherBefore;

    public PathMeter(Scene scene, Guest one, Guest other)
    {
        _scene = scene;
        _one = one;
        _other = other;
        _bridge = new BridgeMeter(scene.Host.Guests);
        _toOneBefore = Received(one, other);
        _toOtherBefore = Received(other, one);
    }

    /// <summary>IP bytes out of the ring, at the first guest.</summary>
    public long FastToOne => Received(_one, _other) - _toOneBefore;

    /// <summary>IP bytes out of the ring, at the second guest.</summary>
    public long FastToOther => Received(_other, _one) - _toOtherBefore;

    /// <summary>Bytes that any guest sent through Dom0.</summary>
    public long Standard => _bridge.Bytes;

    /// <summary>At least so many bytes to the second guest took the fast path, answers did, too, and next to nothing crossed the bridge.</summary>
    public void AssertFast(long toOther)
    {
        long standard = Standard;
        Assert.True(FastToOther >= toOther, $"Only {FastToOther:N0} bytes took the fast path there, of {toOther:N0}; {standard:N0} crossed the bridge.");
        Assert.True(FastToOne > 0, "Nothing took the fast path back.");
        long allowed = Math.Max(AllowedBytes, (long)(AllowedShare * toOther));
        Assert.True(standard <= allowed, $"{standard:N0} bytes crossed the bridge, where at most {allowed:N0} should.");
    }

    /// <summary>
    /// The same of what a running stream moves from now on. More is waited for than must be counted: what the receiver's socket held
    /// (up to 6 MB: tcp_rmem) had come out of the ring before.
    /// </summary>
    public void AssertFast(TcpStream running)
    {
        running.WaitForMore(40 * Limits.MiB, Limits.Transfer);
        AssertFast(32 * Limits.MiB);
    }

    /// <summary>At least so many bytes crossed the bridge, and none at all came out of the rings.</summary>
    public void AssertStandard(long bytes)
    {
        Assert.True(Standard >= bytes, $"Only {Standard:N0} bytes crossed the bridge, of {bytes:N0}.");
        Assert.Equal((0, 0), (FastToOne, FastToOther));
    }

    private long Received(Guest at, Guest from) => _scene.StatusOf(at, from).Received.Bytes;
}
