namespace XenLoop.Discovery;

/// <summary>
/// What lies between two restores of a domain (save and restore, migration). Grants, event channels and the store's nodes belong
/// to one life; the number may be the same in the next, so lives are told apart by reference.
/// </summary>
public sealed class DomainLife
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The life of a domain that is never restored: processes of one kernel.</summary>
    public static DomainLife Endless { get; } = new();

    /// <summary>Completes, never faulted, when the domain has been restored, or may have been.</summary>
    public Task Over => _over.Task;

    /// <summary>Ends this life: the domain has been restored.</summary>
    public void End() => _over.TrySetResult();
}
