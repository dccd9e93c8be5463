namespace XenLoop.Discovery;

/// <summary>The store cannot be reached or refuses us. The message says what happened and what to do.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Without words; present for analyzers.</summary>
    public StoreUnavailableException()
    {
    }

    /// <summary>With words for the person who reads the log.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With words and the failure below.</summary>
    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
