namespace XenLoop.Interceptor.Status;

/// <summary>The agent's own process.</summary>
/// <param name="ResidentBytes">Resident set, shared rings included (each of their pages counts twice: they are mapped twice).</param>
/// <param name="GcCollections">Garbage collections so far.</param>
/// <param name="AllocatedBytes">Bytes ever allocated on the managed heap.</param>
/// <param name="Threads">Threads alive.</param>
internal sealed record ProcessReport(long ResidentBytes, int GcCollections, long AllocatedBytes, int Threads);
