namespace XenLoop.Netlink;

/// <summary>Takes the answer to a dump request message by message.</summary>
public interface INetlinkDumpVisitor
{
    /// <summary>Forgets what was visited: the table changed while the kernel listed it, and the dump starts again.</summary>
    void Restart();

    /// <summary>Takes one entry. <paramref name="message"/> stands on it and must not be moved.</summary>
    void Visit(in NetlinkMessageReader message);
}
