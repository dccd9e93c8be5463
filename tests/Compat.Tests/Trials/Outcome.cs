namespace XenLoop.Compat.Tests.Trials;

/// <summary>How a trial ended.</summary>
internal enum Outcome
{
    /// <summary>The content was right, and it took the path that was expected.</summary>
    Passed,

    /// <summary>It was not, or did not.</summary>
    Failed,

    /// <summary>It could not be tried here; the row says why.</summary>
    Skipped,
}
