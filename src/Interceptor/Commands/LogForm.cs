namespace XenLoop.Interceptor.Commands;

/// <summary>How the log's lines look, which depends on who reads them.</summary>
internal enum LogForm
{
    /// <summary>With date and time: for a file, or a pipe.</summary>
    Plain,

    /// <summary>The same, with the level in colour: for a person at a terminal.</summary>
    Coloured,

    /// <summary>With a priority for systemd's journal, which notes the time itself.</summary>
    Journal,
}
