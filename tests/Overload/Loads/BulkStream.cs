using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload;

/// <summary>One TCP connection that sends as fast as it can, with checked content.</summary>
internal sealed class BulkStream(Guest from, Guest to, int port) : ILoad
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly TcpStream _stream = new(from, to, port);

    public long Done => _stream.Received;

    public void Complete() => _stream.Complete(s_patience);

    public void Dispose() => _stream.Dispose();
}
