using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload;

/// <summary>Datagrams of 64 bytes that nobody takes.</summary>
internal sealed class SmallDatagrams(Guest from, Guest to, int port) : ILoad
{
    private const int Length = 64;
    private readonly DatagramFlood _flood = new(from, to, port, Length);

    public long Done => _flood.Arrived;

    public void Complete() => _flood.Stop();

    public void Dispose() => _flood.Dispose();
}
