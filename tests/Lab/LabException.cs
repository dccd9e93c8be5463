namespace XenLoop.Lab;

/// <summary>The lab itself could not do what it was asked to: a program is missing or failed, or a condition did not come.</summary>
public sealed class LabException : Exception
{
    /// <summary>Without words; present for analyzers.</summary>
    public LabException()
    {
    }

    /// <summary>With words for whoever reads the test's output.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>With words and the failure below.</summary>
    public LabException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
