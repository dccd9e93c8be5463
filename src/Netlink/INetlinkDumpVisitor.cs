namespace XenLoop.Netlink;

/// <summary>Takes the answer to a dump request message by message.</summary>
public interface INetlinkDumpVisitor
{
    /// <summary>The table changed while the kernel listed it, and the dump starts again: forget what was visited.</summary>
    void Restart();

    /// <summary>One entry. <paramref name="message"/> stands on it and must not be moved.</summary>
    void Visit(in NetlinkMessageReader message);
}
