namespace XenLoop.Discovery;

/// <summary>Moments at which something is due, as times since the agent was made; null: never.</summary>
internal static class Moment
{
    /// <summary>The earlier of two moments; the other if one of them is null.</summary>
    public static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}
