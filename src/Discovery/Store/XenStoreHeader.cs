namespace XenLoop.Discovery;

/// <summary>One message's header; layout in <see cref="XenStoreWire"/>.</summary>
/// <param name="Type">Request and success reply have the same.</param>
/// <param name="Request">Chosen by the client, echoed in the reply.</param>
/// <param name="Transaction">The transaction's identifier; 0 outside of transactions.</param>
/// <param name="Length">Payload bytes that follow.</param>
public readonly record struct XenStoreHeader(XenStoreMessage Type, uint Request, uint Transaction, uint Length);
