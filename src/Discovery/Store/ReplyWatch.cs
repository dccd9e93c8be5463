namespace XenLoop.Discovery;

/// <summary>Finds out that a reply is lost, where the next request is not sent before it has come: all others would wait for it for good.</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class ReplyWatch(TimeProvider clock)
{
    /// <summary>Longest wait for a reply, if the store is at work meanwhile.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private long _asked;
    private long _lastEvent;

    /// <summary>
    /// True if the last request goes without a reply although the store is at work. One that stands still is waited for: a connection more would
    /// change nothing, and each that is given up leaves its request with the kernel for good.
    /// </summary>
    public bool IsReplyLost
    {
        get
        {
            long asked = Volatile.Read(ref _asked);
            return clock.GetElapsedTime(asked) >= Longest && clock.GetElapsedTime(asked, Volatile.Read(ref _lastEvent)) >= Longest / 2;
        }
    }

    /// <summary>Takes note that a request is sent.</summary>
    public void NoteRequest() => Volatile.Write(ref _asked, clock.GetTimestamp());

    /// <summary>Takes note that an event came: the store is at work.</summary>
    public void NoteEvent() => Volatile.Write(ref _lastEvent, clock.GetTimestamp());
}
