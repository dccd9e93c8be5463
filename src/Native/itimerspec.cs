namespace XenLoop.Native;

/// <summary><c>struct itimerspec</c> of <c>time.h</c>.</summary>
public struct itimerspec
{
    /// <summary>Time between two expirations; zero: once.</summary>
    public timespec it_interval;

    /// <summary>Time to the first expiration; zero: never.</summary>
    public timespec it_value;
}
