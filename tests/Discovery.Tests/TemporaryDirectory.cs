namespace XenLoop.Discovery.Tests;

/// <summary>A directory with a short path, for sockets; gone with everything in it when disposed.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("xl").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
