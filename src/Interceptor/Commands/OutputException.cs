namespace XenLoop.Interceptor.Commands;

/// <summary>What a command has to say cannot be said.</summary>
internal sealed class OutputException(string message) : Exception(message);
