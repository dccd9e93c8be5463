namespace XenLoop.Harness.Samples;

/// <summary>Which way a figure is better.</summary>
public enum Better
{
    /// <summary>Times and costs.</summary>
    Lower,

    /// <summary>Rates.</summary>
    Higher,
}
