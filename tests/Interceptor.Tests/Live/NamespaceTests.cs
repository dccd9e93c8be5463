namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Tests that build namespaces run one after the other: the threads of two machines would disturb each other on few CPUs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NamespaceTests
{
    public const string Name = "namespaces";
}
