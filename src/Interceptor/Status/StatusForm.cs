namespace XenLoop.Interceptor.Status;

/// <summary>How a client of the control socket wants the report: the one byte that is its whole request.</summary>
internal enum StatusForm : byte
{
    /// <summary>As JSON (<see cref="StatusJson"/>).</summary>
    Json = (byte)'j',

    /// <summary>As text for people (<see cref="StatusPrinter"/>).</summary>
    Text = (byte)'t',

    /// <summary>As what is wrong, in words; nothing if nothing is (<see cref="StatusVerdict"/>).</summary>
    Verdict = (byte)'v',
}
