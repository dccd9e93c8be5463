namespace XenLoop.Discovery;

/// <summary>The store cannot be reached or refuses us. The message says what happened and what to do.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Makes an exception without a message; present for analyzers.</summary>
    public StoreUnavailableException()
    {
    }

    /// <summary>Makes an exception with a message for the person who reads the log.</summary>
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and the failure that caused it.</summary>
    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
