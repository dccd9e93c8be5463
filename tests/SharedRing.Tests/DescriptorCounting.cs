namespace XenLoop.SharedRing.Tests;

/// <summary>Tests that count the process's open descriptors, or leave some open for a while: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DescriptorCounting
{
    public const string Name = "open descriptors";
}
