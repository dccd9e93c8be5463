namespace XenLoop.Overload;

/// <summary>Traffic from one guest to another, as much as goes. Disposing ends it.</summary>
internal interface ILoad : IDisposable
{
    /// <summary>Units so far (see <see cref="LoadKind"/>).</summary>
    long Done { get; }

    /// <summary>Ends it and checks what can be checked.</summary>
    /// <exception cref="Lab.LabException">A byte was wrong, or a connection broke.</exception>
    void Complete();
}
