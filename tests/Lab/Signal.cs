namespace XenLoop.Lab;

/// <summary>The signals that the tests send (<c>signal.h</c>, Linux numbers).</summary>
public enum Signal
{
    /// <summary>No signal.</summary>
    None = 0,

    /// <summary>The terminal is gone.</summary>
    HangUp = 1,

    /// <summary>Ctrl-C.</summary>
    Interrupt = 2,

    /// <summary>The end without a chance to tidy up.</summary>
    Kill = 9,

    /// <summary>A request to end.</summary>
    Terminate = 15,

    /// <summary>Goes on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Freezes the process where it stands.</summary>
    Stop = 19,
}
