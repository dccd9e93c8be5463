namespace XenLoop.Harness.Paths;

/// <summary>What a workload asks of the machine that it runs on.</summary>
/// <param name="Guests">How many; only the standard and the fast path have more than two.</param>
/// <param name="RingBytes">Size of XenLoop's rings; <see langword="null"/>: its own choice.</param>
public readonly record struct MachineNeed(int Guests = 2, int? RingBytes = null)
{
    /// <summary>Two guests, nothing special.</summary>
    public static MachineNeed Two { get; } = new(2);
}
