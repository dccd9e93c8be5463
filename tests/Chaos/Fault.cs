namespace XenLoop.Chaos;

/// <summary>One kind of fault.</summary>
internal abstract class Fault
{
    /// <summary>As the table calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Why it cannot strike on this machine; <see langword="null"/> if it can.</summary>
    public virtual string? Obstacle => null;

    /// <summary>
    /// Strikes, and repairs what an administrator (or a supervisor such as systemd) would have to: what XenLoop repairs by itself is left to
    /// it, and its time begins when this returns.
    /// </summary>
    public abstract Wound Strike(Scene scene);

    /// <summary>Takes away what the fault has left behind, when the fast path is back.</summary>
    public virtual void TakeAway()
    {
    }
}
