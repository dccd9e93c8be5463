namespace XenLoop.Overload;

/// <summary>
/// What an agent may take at most, whatever its peers and its own guest's programs do. Derived from the code, and written here once more
/// rather than taken from there, so that a change there shows. See docs/overload.md.
/// </summary>
internal static class MemoryBound
{
    /// <summary>Packets that one peer's queue holds (<c>QueueOptions.MaxPackets</c>); the kernel lets more pass by the standard path.</summary>
    public const int QueuePackets = 4096;

    /// <summary>
    /// Bytes in one queue socket's receive buffer: <c>QueueOptions.ReceiveBufferBytes</c>, which the kernel doubles (<c>__sock_set_rcvbuf</c> in
    /// net/core/sock.c), and the one message that it takes when there is any room left (<c>netlink_attachskb</c> in net/netlink/af_netlink.c): 64 KB, with what the
    /// kernel allocates around it.
    /// </summary>
    public const long BufferBytes = (2L * (16 << 20)) + (256 << 10);

    /// <summary>The program itself, its receive buffers, its stacks, and a heap that is collected for the first time when it has some 15 MB.</summary>
    private const long ProcessBytes = 32L << 20;

    /// <summary>Resident bytes of an agent: two rings for each peer, each mapped twice and so counted twice.</summary>
    public static long ResidentBytes(int peers, long ringBytes) => ProcessBytes + (4 * ringBytes * peers);
}
