namespace XenLoop.Interceptor.CommandLine;

/// <summary>The command line asks for something that there is not. The message names the word that is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
