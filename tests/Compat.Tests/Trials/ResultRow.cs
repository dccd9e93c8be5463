namespace XenLoop.Compat.Tests.Trials;

/// <summary>One line of the table.</summary>
/// <param name="Application">As people call it.</param>
/// <param name="Version">Of its Debian package; empty if there is none here.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What was checked, or why it was not.</param>
/// <param name="Moved">Payload that the application moved, in bytes.</param>
/// <param name="Fast">IP bytes that came out of the rings meanwhile.</param>
/// <param name="StandardBytes">Bytes that the two guests sent through Dom0 meanwhile, Ethernet headers included.</param>
/// <param name="Seconds">From the start of the server to the last check.</param>
internal sealed record ResultRow(
    string Application,
    string Version,
    Outcome Outcome,
    string Detail,
    PathBytes Moved,
    PathBytes Fast,
    long StandardBytes,
    double Seconds);
