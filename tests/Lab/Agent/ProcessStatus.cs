namespace XenLoop.Lab.Agent;

/// <summary>An agent's own consumption.</summary>
/// <param name="ResidentBytes">Resident set.</param>
/// <param name="GcCollections">Garbage collections since the start, of all generations.</param>
/// <param name="AllocatedBytes">Managed bytes allocated since the start.</param>
/// <param name="Threads">Threads.</param>
public sealed record ProcessStatus(long ResidentBytes, long GcCollections, long AllocatedBytes, int Threads);
