namespace XenLoop.SharedRing;

/// <summary>The platform could not give or map shared pages or a doorbell. The message says what happened and what to do.</summary>
public sealed class ChannelPlatformException : Exception
{
    /// <summary>Makes an exception without a message; present for serialisers and analyzers.</summary>
    public ChannelPlatformException()
    {
    }

    /// <summary>Makes an exception with a message for the person who reads the log.</summary>
    public ChannelPlatformException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and the failure that caused it.</summary>
    public ChannelPlatformException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True: nothing is wrong except that no pages are left to lend; another channel could give some back.</summary>
    public bool IsExhaustion { get; init; }
}
