namespace XenLoop.Discovery;

/// <summary>A request on its way, and what waits for the reply.</summary>
/// <param name="id">Unique among those on their way.</param>
/// <param name="type">The reply must have the same, or be an error.</param>
/// <param name="transaction">Echoed by the reply.</param>
internal sealed class PendingRequest(uint id, XenStoreMessage type, uint transaction)
{
    /// <summary>Unique among those on their way.</summary>
    public uint Id { get; } = id;

    /// <summary>What was asked.</summary>
    public XenStoreMessage Type { get; } = type;

    /// <summary>0 outside of transactions.</summary>
    public uint Transaction { get; } = transaction;

    /// <summary>Completes with the reply.</summary>
    public TaskCompletionSource<StoreResult<ReadOnlyMemory<byte>>> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
