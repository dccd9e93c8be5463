namespace XenLoop.Overload;

/// <summary>How guests are joined.</summary>
internal enum PathKind
{
    /// <summary>By the bridge alone.</summary>
    Standard,

    /// <summary>With XenLoop in each.</summary>
    Fast,
}
