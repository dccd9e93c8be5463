namespace XenLoop.Discovery;

/// <summary>A request on its way, and what waits for the reply.</summary>
/// <param name="id">The request's identifier, unique among those on their way.</param>
/// <param name="type">The request's type; the reply must have the same, or be an error.</param>
/// <param name="transaction">The transaction's identifier, echoed by the reply; 0 outside of transactions.</param>
internal sealed class PendingRequest(uint id, XenStoreMessage type, uint transaction)
{
    /// <summary>The request's identifier, unique among those on their way.</summary>
    public uint Id { get; } = id;

    /// <summary>What was asked for.</summary>
    public XenStoreMessage Type { get; } = type;

    /// <summary>The transaction's identifier; 0 outside of transactions.</summary>
    public uint Transaction { get; } = transaction;

    /// <summary>Completes with the reply.</summary>
    public TaskCompletionSource<StoreResult<ReadOnlyMemory<byte>>> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
