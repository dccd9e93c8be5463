namespace XenLoop.Discovery;

/// <summary>One watch of one connection.</summary>
/// <param name="Given">The path as the client wrote it; events echo it, or what is below it, in the same form.</param>
/// <param name="Absolute">The same path, absolute.</param>
/// <param name="Token">Echoed by events.</param>
internal sealed record StoreWatch(string Given, string Absolute, string Token)
{
    /// <summary>An event's path in the form of the watch: relative if the watch was.</summary>
    public string Echo(string changed) => Given == Absolute ? changed : Given + changed[Absolute.Length..];
}
