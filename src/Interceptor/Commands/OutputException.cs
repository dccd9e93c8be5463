using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>What a command has to show cannot be shown.</summary>
internal sealed class OutputException(Exception reason)
    : Exception($"Standard output cannot be written: {FailureText.Of(reason)}. What should have been shown is lost; what was asked for may have been done.", reason);
