namespace XenLoop.Netlink.Route;

/// <summary>Takes the dump of one table into the working copy.</summary>
/// <param name="state">The working copy.</param>
/// <param name="forget">Empties the table there.</param>
internal sealed class StateDump(NetworkState state, Action forget) : INetlinkDumpVisitor
{
    /// <inheritdoc/>
    public void Restart() => forget();

    /// <inheritdoc/>
    public void Visit(in NetlinkMessageReader message) => state.Apply(message);
}
