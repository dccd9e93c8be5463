namespace XenLoop.Interceptor;

/// <summary>The guest lacks something that XenLoop needs, or an option is wrong. The message says what, what it means and what to do.</summary>
internal sealed class GuestSetupException : Exception
{
    public GuestSetupException()
    {
    }

    public GuestSetupException(string message)
        : base(message)
    {
    }

    public GuestSetupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
