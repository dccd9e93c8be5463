namespace XenLoop.Discovery;

/// <summary>What a store request returned.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Value">Meaningful if <see cref="IsOk"/>.</param>
public readonly record struct StoreResult<T>(StoreStatus Status, T? Value)
{
    /// <summary>True if there is a value.</summary>
    public bool IsOk => Status == StoreStatus.Ok;

    /// <summary>Makes a result of a failure: of anything except success.</summary>
    public static implicit operator StoreResult<T>(StoreStatus failure) => new(failure, default);
}
