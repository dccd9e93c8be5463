namespace XenLoop.Harness.Comparing;

/// <summary>What became of a figure between two runs.</summary>
public enum Change
{
    /// <summary>No difference beyond the noise.</summary>
    None,

    /// <summary>Better beyond the noise.</summary>
    Better,

    /// <summary>Worse beyond the noise.</summary>
    Worse,

    /// <summary>Too few rounds in one of the runs to know the noise.</summary>
    Unknown,
}
