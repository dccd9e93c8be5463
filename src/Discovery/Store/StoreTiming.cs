namespace XenLoop.Discovery;

/// <summary>How long this host's store is waited for.</summary>
public static class StoreTiming
{
    /// <summary>How long it may take to answer one request: far more than a store with many guests to serve needs, and less than anybody waits for a command.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
}
