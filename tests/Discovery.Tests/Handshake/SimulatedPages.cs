namespace XenLoop.Discovery.Tests;

/// <summary>The pages of one offered channel, and the lives that hold them.</summary>
public sealed class SimulatedPages(ulong nonce, ulong listenerLife)
{
    public ulong Nonce { get; } = nonce;

    public ulong ListenerLife { get; } = listenerLife;

    public ulong ConnectorLife { get; set; }

    public bool HeldByListener { get; set; } = true;

    public bool HeldByConnector { get; set; }

    public bool ActiveAtListener { get; set; }

    public bool ActiveAtConnector { get; set; }
}
