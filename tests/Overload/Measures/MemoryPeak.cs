namespace XenLoop.Overload;

/// <summary>The most that any agent was seen to take.</summary>
/// <param name="ResidentBytes">Its resident set.</param>
/// <param name="BufferBytes">In the receive buffer of one of its queue sockets.</param>
/// <param name="QueuePackets">In one of its queues.</param>
/// <param name="Looks">How often one was looked at.</param>
internal readonly record struct MemoryPeak(long ResidentBytes, long BufferBytes, int QueuePackets, int Looks);
