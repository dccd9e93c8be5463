namespace XenLoop.Discovery;

/// <summary>What the store says of the vif that a guest serves.</summary>
/// <param name="Vif">The vif; null if there is none that can be used.</param>
/// <param name="Path">The node of a vif that is there and cannot be used; null otherwise. One that is being made or taken away counts as none.</param>
/// <param name="Why">Why there is none; empty if there is one.</param>
internal sealed record VifReading(Vif? Vif, string? Path, string Why)
{
    /// <summary>A vif that can be used.</summary>
    public static VifReading Of(Vif vif) => new(vif, null, string.Empty);

    /// <summary>No vif.</summary>
    public static VifReading None(string why) => new(null, null, why);

    /// <summary>A vif that cannot be used.</summary>
    public static VifReading Unusable(string path, string why) => new(null, path, why);
}
