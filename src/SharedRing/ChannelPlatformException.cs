namespace XenLoop.SharedRing;

/// <summary>The platform could not give or map shared pages or a doorbell. The message says what happened and what to do.</summary>
public sealed class ChannelPlatformException : Exception
{
    /// <summary>Without words; present for serialisers and analyzers.</summary>
    public ChannelPlatformException()
    {
    }

    /// <summary>With words for the person who reads the log.</summary>
    public ChannelPlatformException(string message)
        : base(message)
    {
    }

    /// <summary>With words and the failure below.</summary>
    public ChannelPlatformException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True: nothing is wrong but that no pages are left to lend; another channel could give some back.</summary>
    public bool IsExhaustion { get; init; }
}
