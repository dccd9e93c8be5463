namespace XenLoop.Native;

/// <summary><c>struct itimerspec</c> of <c>time.h</c>.</summary>
public struct itimerspec
{
    /// <summary>Between two expirations; zero: once.</summary>
    public timespec it_interval;

    /// <summary>To the first expiration; zero: never.</summary>
    public timespec it_value;
}
